// data-board: cards are dragged by mouse or finger; a drop moves the card at once and submits the card's own form.

import { followEdges, leaveEdges } from "./edges.js";
import { written } from "./numbers.js";
import { count, sendTogether } from "./picking.js";
import { cardOf, forget, hasMoved, idOf, isOrdered, listOf, mayStand, putBack, remember, send } from "./places.js";

const OPTIONS = {
  group: "board",
  draggable: "[data-board-card]:not([aria-busy])",
  filter: "[data-card-menu], [data-titling], [data-picking]",
  preventOnFilter: false,
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  fallbackClass: "card--held",
  ghostClass: "card--gap",
  delay: 180,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
  scrollSensitivity: 60,
  bubbleScroll: true,
};
let focused = null;

document.addEventListener("htmx:before:request", (event) => {
  const card = cardOfForm(event.target);
  focused = card?.contains(document.activeElement) ? idOf(card) : null;
});

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  const asked = ctx.sourceElement.dataset.boardOutcome;
  if (asked && status === 409) putBack(asked);
  leaveWhereItWas(cardOfForm(ctx.sourceElement));
});

document.addEventListener("htmx:error", (event) => {
  leaveWhereItWas(cardOfForm(event.detail.ctx?.sourceElement ?? event.target));
});

// Dragging leaves empty style attributes behind; a swap would carry them over, which the page's policy forbids. The card
// in the hand needs its own: it lies outside of what is swapped.
document.addEventListener("htmx:before:swap", () => {
  const cards = document.querySelectorAll("[data-board-card][style]:not(.card--held)");
  for (const card of cards) card.removeAttribute("style");
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const card = cardOfForm(ctx.sourceElement);
  const now = card && cardOf(idOf(card));
  if (now && now !== card) forget(idOf(card));
  now?.removeAttribute("aria-busy");
  const isLost = document.activeElement === document.body;
  if (now && isLost && focused === idOf(card)) now.querySelector("a").focus();
});

// The dialog of won and lost was left: the card goes back. After an answer the card is gone, and this does nothing.
document.addEventListener(
  "close",
  (event) => {
    const id = event.target.querySelector("[data-board-outcome]")?.dataset.boardOutcome;
    if (id) putBack(id);
  },
  true,
);

document.addEventListener("htmx:after:process", begin);
begin();

async function begin() {
  const lists = [...document.querySelectorAll("[data-board] [data-board-column], [data-board-ends]")];
  if (!lists.length) return;
  await import("../vendor/sortable.min.js");
  const { Sortable } = globalThis;
  for (const list of lists) {
    const rules = { ...OPTIONS, sort: !isOrdered(list), onChoose, onUnchoose, onStart, onEnd, onMove: showTarget };
    if (!Sortable.get(list)) Sortable.create(list, rules);
  }
}

// Before the card is copied for the hand: the copy tells how many it stands for.
function onChoose({ item }) {
  if (count(item) > 1) item.dataset.together = written(count(item));
}

function onUnchoose({ item }) {
  delete item.dataset.together;
}

function onStart({ item }) {
  remember(item);
  document.querySelector("[data-board-outcomes]").hidden = false;
  followEdges(document.querySelector("[data-board]"));
}

function onEnd({ item }) {
  document.querySelector("[data-board-outcomes]").hidden = true;
  leaveEdges();
  showTarget({});
  item.classList.remove("card--astray");
  if (!mayStand(item, listOf(item))) putBack(idOf(item));
  else if (hasMoved(item)) sendTogether(item) || send(item);
  else forget(idOf(item));
}

function showTarget({ to, dragged }) {
  for (const column of document.querySelectorAll(".column--target")) column.classList.remove("column--target");
  to?.closest(".column:not(.column--closed)")?.classList.add("column--target");
  dragged?.classList.toggle("card--astray", !mayStand(dragged, to));
}

function leaveWhereItWas(card) {
  if (card) putBack(idOf(card));
}

function cardOfForm(element) {
  return element?.closest?.("[data-board-move]")?.closest("[data-board-card]");
}
