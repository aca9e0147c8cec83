// data-card-menu on a card opens the board's one "Move to…" menu for that card; its items submit the card's own form.

import { cardOf, idOf, isBusy, listOf, place, remember, send } from "./places.js";

// The number of its deal. While the menu is open the card is marked, so that what others do to it waits.
let chosen = null;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-card-menu]");
  const menu = document.getElementById("card-menu");
  if (!opener || !menu || event.ctrlKey || event.metaKey || event.shiftKey) return;

  event.preventDefault();
  const card = opener.closest("[data-board-card]");
  chosen = idOf(card);
  card.toggleAttribute("data-card-menu-open", true);
  for (const item of menu.querySelectorAll("[data-card-menu-column]")) {
    const isHere = item.dataset.cardMenuColumn === listOf(card).dataset.boardColumn;
    item.ariaCurrent = isHere ? "true" : null;
    item.disabled = isHere;
  }
  menu.showPopover({ source: opener });
  menu.querySelector("button:enabled").focus();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-card-menu-column]");
  const card = item && cardOf(chosen);
  if (!card || isBusy(card)) return;

  item.closest("[popover]").hidePopover();
  moveTo(card, item.dataset.cardMenuColumn);
});

document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-picking-one]") && cardOf(chosen);
  if (!card) return;
  event.target.closest("[popover]").hidePopover();
  card.querySelector("[data-picking]").click();
  card.querySelector("[data-card-menu]").focus();
});

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.id !== "card-menu" || event.newState !== "closed") return;
    document.querySelector("[data-card-menu-open]")?.removeAttribute("data-card-menu-open");
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("#card-menu button");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!item || !step) return;

  event.preventDefault();
  const items = [...item.parentElement.querySelectorAll("button:enabled")];
  items.at((items.indexOf(item) + step) % items.length).focus();
});

// At the top of an open column, where it is seen; for won and lost the card waits where it is.
function moveTo(card, column) {
  const list = document.querySelector(`[data-board] [data-board-column="${column}"]`);
  remember(card);
  if (list) place(card, list, list.firstElementChild);
  // What is put in another place loses the focus.
  card.querySelector("[data-card-menu]").focus();
  send(card, column);
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}
