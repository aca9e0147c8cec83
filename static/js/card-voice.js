// data-card-voice says aloud where a card that the keyboard moves is now; its sentences stand in its attributes.

import { written } from "./numbers.js";
import { cardsOf, listOf } from "./places.js";

export function say(what, card) {
  const voice = document.querySelector("[data-card-voice]");
  const column = card.closest(".column");
  const count = Number(column.querySelector("[data-board-count]").dataset.boardCount) + Number(isNewIn(card));
  const words = {
    title: card.querySelector(".card__title").textContent.trim(),
    stage: column.querySelector(".column__name bdi").textContent,
    month: column.querySelector(".column__name bdi").textContent,
    position: written(cardsOf(listOf(card)).indexOf(card) + 1),
    count: written(count),
  };
  voice.textContent = voice.dataset[what].replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

function isNewIn(card) {
  return listOf(card).dataset.boardColumn !== card.querySelector("[data-board-move]").elements.came_from.value;
}
