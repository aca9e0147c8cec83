// Where a card of the board stands, where it came from, and the form that tells the server.

const origins = new Map();

export const idOf = (card) => card.dataset.boardCard;
export const listOf = (card) => card.closest("[data-board-stage]");
export const cardsOf = (list) => [...list.querySelectorAll(":scope > [data-board-card]:not(.card--held)")];
export const cardOf = (id) => document.getElementById(`card-${id}`);
export const isBusy = (card) => card.getAttribute("aria-busy") === "true";

// Before a card leaves its place: there it goes back to when the move is refused, or not meant after all.
export function remember(card) {
  if (!origins.has(idOf(card))) origins.set(idOf(card), { list: listOf(card), next: nextCard(card) });
}

// Held, on its way, or being given another title. A card that left the board, as won or lost ones do, is neither.
export function isUnsettled(id) {
  if (!cardOf(id)) origins.delete(id);
  return origins.has(id) || Boolean(cardOf(id)?.querySelector("[data-titling]"));
}

export function forget(id) {
  origins.delete(id);
}

export function putBack(id) {
  const origin = origins.get(id);
  const card = cardOf(id);
  origins.delete(id);
  if (!card) return;

  card.removeAttribute("aria-busy");
  if (!origin) return;
  const next = origin.next?.parentElement === origin.list ? origin.next : origin.list.querySelector(".column__more");
  origin.list.insertBefore(card, next);
}

export function place(card, list, before = null) {
  list.insertBefore(card, before ?? list.querySelector(":scope > .column__more"));
}

export function hasMoved(card) {
  const origin = origins.get(idOf(card));
  return !origin || origin.list !== listOf(card) || origin.next !== nextCard(card);
}

// Sends the card to a stage; its neighbours there are the cards around it, if it stands there already.
export function send(card, stage = listOf(card).dataset.boardStage) {
  const form = card.querySelector("[data-board-move]");
  const stands = listOf(card).dataset.boardStage === stage && !listOf(card).matches("[data-board-ends]");
  form.elements.stage.value = stage;
  form.elements.after.value = (stands && previousCard(card)?.dataset.boardCard) || "";
  form.elements.before.value = (stands && nextCard(card)?.dataset.boardCard) || "";
  card.setAttribute("aria-busy", "true");
  form.requestSubmit();
}

function previousCard(card) {
  const cards = cardsOf(listOf(card));
  return cards[cards.indexOf(card) - 1] ?? null;
}

function nextCard(card) {
  const cards = cardsOf(listOf(card));
  return cards[cards.indexOf(card) + 1] ?? null;
}
