// data-picking: the box by which a card is picked. Several picked cards move together, by the bar below the board or
// by carrying one of them. `x` picks the card that has the focus, Shift all up to the last one picked.

import { letterOf } from "./letters.js";
import { written } from "./numbers.js";
import { cardsOf, forget, idOf, listOf, putBack } from "./places.js";

const picked = new Set();
let last = null;
let carried = null;

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-picking]")) note(event.target);
});

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-picking]");
  if (box) {
    if (event.shiftKey && last) reach(box);
    last = box.closest("[data-board-card]");
  }
});

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-board] [data-board-card]");
  const isTyped = event.target.matches?.("input, textarea, select");
  if (letterOf(event) === "x" && card && !isTyped && !event.ctrlKey && !event.metaKey && !event.altKey) boxOf(card).click();
});

document.addEventListener("reset", (event) => {
  if (!event.target.matches("[data-picking-form]")) return;
  picked.clear();
  setTimeout(tell);
});

// Cards that came anew are picked if they were, and what left the board is not picked any more.
document.addEventListener("htmx:after:swap", () => {
  const boxes = allBoxes();
  for (const box of boxes) box.checked = picked.has(idOfBox(box));
  const known = new Set(boxes.map(idOfBox));
  for (const id of picked) if (!known.has(id)) picked.delete(id);
  tell();
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => end(ctx.sourceElement, ctx.response?.status < 400));
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => end(ctx.sourceElement, false));

export const count = (card) => (picked.has(idOf(card)) ? picked.size : 1);

// Several cards were carried by one of them: sends all, to stand after the card above it.
export function sendTogether(card) {
  const list = listOf(card);
  if (count(card) < 2 || list.matches("[data-board-ends]")) return false;
  // They are on their way already.
  if (carried) {
    putBack(idOf(card));
    return true;
  }
  const form = formOf();
  const cards = cardsOf(list);
  const above = cards.slice(0, cards.indexOf(card)).findLast((one) => !picked.has(idOf(one)));
  carried = card;
  card.setAttribute("aria-busy", "true");
  form.elements.after.value = above ? idOf(above) : "";
  form.requestSubmit(form.querySelector(`[name=stage][value="${list.dataset.boardColumn}"]`));
  return true;
}

function end(source, isDone) {
  if (!source?.matches?.("[data-picking-form]")) return;
  const card = carried;
  carried = null;
  formOf().elements.after.value = "";
  if (card && isDone) forget(idOf(card));
  else if (card) putBack(idOf(card));
  card?.removeAttribute("aria-busy");
  if (isDone) formOf().reset();
  document.querySelector("#bulk-stages:popover-open")?.hidePopover();
}

function note(box) {
  if (box.checked) picked.add(idOfBox(box));
  else picked.delete(idOfBox(box));
  tell();
}

function reach(box) {
  const cards = cardsOf(listOf(last));
  const [from, to] = [cards.indexOf(last), cards.indexOf(box.closest("[data-board-card]"))].sort((a, b) => a - b);
  if (from < 0) return;
  for (const card of cards.slice(from, to + 1)) {
    boxOf(card).checked = box.checked;
    note(boxOf(card));
  }
}

function tell() {
  const words = document.querySelector("[data-picking-count]");
  if (words) words.textContent = picked.size ? words.dataset.pickingCount.replace("{count}", written(picked.size)) : "";
}

const formOf = () => document.querySelector("[data-picking-form]");
const boxOf = (card) => card.querySelector("[data-picking]");
const allBoxes = () => [...document.querySelectorAll("[data-board] [data-picking]")];
const idOfBox = (box) => box.closest("[data-board-card]").dataset.boardCard;
