// data-card-menu on a card opens the board's one "Move to…" menu for that card; its items submit the card's own form.

import { isBusy, listOf, place, remember, send } from "./places.js";

let chosen = null;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-card-menu]");
  const menu = document.getElementById("card-menu");
  if (!opener || !menu || event.ctrlKey || event.metaKey || event.shiftKey) return;

  event.preventDefault();
  chosen = opener.closest("[data-board-card]");
  for (const item of menu.querySelectorAll("[data-card-menu-column]")) {
    const isHere = item.dataset.cardMenuColumn === listOf(chosen).dataset.boardColumn;
    item.toggleAttribute("aria-current", isHere);
    item.disabled = isHere;
  }
  menu.showPopover({ source: opener });
  menu.querySelector("button:enabled").focus();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-card-menu-column]");
  if (!item || !chosen?.isConnected || isBusy(chosen)) return;

  item.closest("[popover]").hidePopover();
  chosen.querySelector("[data-card-menu]").focus();
  moveTo(item.dataset.cardMenuColumn);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-picking-one]") || !chosen?.isConnected) return;
  event.target.closest("[popover]").hidePopover();
  chosen.querySelector("[data-picking]").click();
  chosen.querySelector("[data-card-menu]").focus();
});

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("#card-menu button");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!item || !step) return;

  event.preventDefault();
  const items = [...item.parentElement.querySelectorAll("button:enabled")];
  items.at((items.indexOf(item) + step) % items.length).focus();
});

// At the top of an open column, where it is seen; for won and lost the card waits where it is.
function moveTo(column) {
  const list = document.querySelector(`[data-board] [data-board-column="${column}"]`);
  remember(chosen);
  if (list) place(chosen, list, list.firstElementChild);
  send(chosen, column);
  chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
}
