// Cards of the board by keyboard: Space picks up and puts down, arrows move, Escape leaves it where it was.

import { say } from "./card-voice.js";
import {
  cardsOf,
  hasMoved,
  idOf,
  isBusy,
  isOrdered,
  listOf,
  mayStand,
  place,
  putBack,
  remember,
  send,
} from "./places.js";

let held = null;
let isMoving = false;

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-board] [data-board-card]");
  if (!card || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("[data-card-menu], [data-picking], form")) return;
  const act = held === card ? actionOnHeld(event.key, card) : actionOnFocused(event.key, card);
  if (!act) return;

  event.preventDefault();
  act();
});

// The focus left a held card: nothing was put down, so it goes back.
document.addEventListener("focusout", (event) => {
  if (held && !isMoving && !held.contains(event.relatedTarget)) cancel(held);
});

function actionOnHeld(key, card) {
  if (key === " " || key === "Enter") return () => drop(card);
  if (key === "Escape") return () => cancel(card);
  const [across, along] = directionOf(key, card);
  if (across || along) return () => shift(card, across, along);
  return null;
}

function actionOnFocused(key, card) {
  if (key === " " && !isBusy(card)) return () => pickUp(card);
  if (key === "Enter" && document.activeElement === card) return () => card.querySelector("a").click();
  const [across, along] = directionOf(key, card);
  if (across || along) return () => focusOn(neighbour(card, across, along));
  return null;
}

function directionOf(key, card) {
  const forward = getComputedStyle(card).direction === "rtl" ? -1 : 1;
  return { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowRight: [forward, 0], ArrowLeft: [-forward, 0] }[key] ?? [0, 0];
}

function pickUp(card) {
  held = card;
  remember(card);
  card.classList.add("card--lifted");
  say("picked", card);
}

function drop(card) {
  const moved = hasMoved(card);
  release();
  say("dropped", card);
  if (moved) send(card);
  else moving(() => putBack(idOf(card)), card);
}

function cancel(card) {
  release();
  moving(() => putBack(idOf(card)), card);
  say("cancelled", card);
}

function release() {
  held?.classList.remove("card--lifted");
  held = null;
}

function shift(card, across, along) {
  const cards = cardsOf(listOf(card));
  const index = cards.indexOf(card);
  if (along) {
    const beside = !isOrdered(listOf(card)) && cards[index + along];
    if (beside) moving(() => place(card, listOf(card), along > 0 ? (cards[index + 2] ?? null) : beside), card);
  } else {
    const list = columnBeside(card, across);
    if (list && mayStand(card, list)) moving(() => place(card, list, cardsOf(list)[index] ?? null), card);
  }
  say("moved", card);
}

function moving(change, card) {
  isMoving = true;
  change();
  focusOn(card);
  isMoving = false;
}

function focusOn(card) {
  card?.querySelector("a").focus();
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function neighbour(card, across, along) {
  const cards = cardsOf(listOf(card));
  if (along) return cards[cards.indexOf(card) + along];
  const list = columnBeside(card, across);
  return list && (cardsOf(list)[cards.indexOf(card)] ?? cardsOf(list).at(-1));
}

function columnBeside(card, across) {
  const lists = [...document.querySelectorAll("[data-board] [data-board-column]")];
  return lists[lists.indexOf(listOf(card)) + across];
}
