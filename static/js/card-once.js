// data-board: no card stands twice on a board. One that arrives with a column's further cards is newer than the one
// that stands, except while that one is held or on its way.

import { idOf, isUnsettled } from "./places.js";

const known = new WeakSet();

document.addEventListener("htmx:after:process", keepOne);
keepOne();

function keepOne() {
  const cards = [...document.querySelectorAll("[data-board] [data-board-card]")];
  const arrived = new Map(cards.filter((card) => !known.has(card)).map((card) => [idOf(card), card]));
  for (const card of cards) {
    const newer = known.has(card) && arrived.get(idOf(card));
    if (newer) (isUnsettled(idOf(card)) ? newer : card).remove();
    known.add(card);
  }
}
