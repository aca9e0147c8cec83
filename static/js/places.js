// Where a card of the board stands, where it came from, and the form that tells the server.

const origins = new Map();

export const idOf = (card) => card.dataset.boardCard;
export const listOf = (card) => card.closest("[data-board-column]");
export const cardsOf = (list) => [...list.querySelectorAll(":scope > [data-board-card]:not(.card--held)")];
export const cardOf = (id) => document.getElementById(`card-${id}`);
// Columns whose cards stand by something of their own, such as a day, and not where somebody put them.
export const isOrdered = (list) => Boolean(list.closest("[data-board-ordered]"));
export const isBusy = (card) => card.getAttribute("aria-busy") === "true";

// Before a card leaves its place: there it goes back to when the move is refused, or not meant after all.
export function remember(card) {
  if (origins.has(idOf(card))) return;
  const cards = cardsOf(listOf(card));
  const following = cards.slice(cards.indexOf(card) + 1).map(idOf);
  origins.set(idOf(card), { list: listOf(card), following });
}

// Somebody put this card elsewhere: those that stood above it do not find their way back by it any more.
export function passOver(id) {
  for (const origin of origins.values()) origin.following = origin.following.filter((other) => other !== id);
}

// Held, on its way, being given another title, or asked where to go. A card that left the board, as won or lost ones do,
// is none of it.
export function isUnsettled(id) {
  const card = cardOf(id);
  if (!card) origins.delete(id);
  return origins.has(id) || Boolean(card?.matches("[data-card-menu-open], :has([data-titling])"));
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
  origin.list.insertBefore(card, nextIn(origin) ?? origin.list.querySelector(".column__more"));
}

export function place(card, list, before = null) {
  list.insertBefore(card, before ?? list.querySelector(":scope > .column__more"));
}

export function hasMoved(card) {
  const origin = origins.get(idOf(card));
  if (!origin || origin.list !== listOf(card)) return true;
  return !isOrdered(origin.list) && nextIn(origin) !== nextCard(card);
}

// Closed columns give cards and take none but those that come back.
export function mayStand(card, list) {
  return !list.hasAttribute("data-board-closed") || origins.get(idOf(card))?.list === list;
}

// Sends the card to a column; its neighbours there are the cards around it, if it stands there already. The form's
// data-board-move names the field that tells the column; where a deal ends, it is its stage.
export function send(card, column = listOf(card).dataset.boardColumn) {
  const form = card.querySelector("[data-board-move]");
  const { elements } = form;
  const isEnd = document.querySelector(`[data-board-ends][data-board-column="${column}"]`);
  const stands = listOf(card).dataset.boardColumn === column && !listOf(card).matches("[data-board-ends]");
  elements.stage.value = elements[form.dataset.boardMove].value = "";
  elements[isEnd ? "stage" : form.dataset.boardMove].value = column;
  if (elements.after) elements.after.value = (stands && previousCard(card)?.dataset.boardCard) || "";
  if (elements.before) elements.before.value = (stands && nextCard(card)?.dataset.boardCard) || "";
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

// The one that followed at once may have left the list since.
function nextIn({ list, following }) {
  return following.map(cardOf).find((card) => card?.parentElement === list) ?? null;
}
