// data-board-news: every three seconds the board asks what others did, and puts their cards where they stand now.
// A card that is held or on its way here is left alone until it has come to rest; then the board asks once more, as what
// stands above another one may have been carried on meanwhile.

import { cardOf, forget, isOrdered, isUnsettled, listOf, passOver } from "./places.js";

const PAUSE = 3000;
const WRITING = "[data-add], [data-titling], [data-facts], #beside textarea:not(:placeholder-shown)";
const BUSY = `[aria-busy], [data-picking]:checked, .card--held, .card--lifted, dialog[open], :popover-open, ${WRITING}`;
let asked = null;

setInterval(ask, PAUSE);
document.addEventListener("visibilitychange", ask);
document.addEventListener("htmx:after:swap", receive);
document.addEventListener("htmx:before:request", ({ target }) => {
  if (target.matches?.("[data-board-news]")) asked = target.getAttribute("hx-get");
});

// Whoever may see no deals any more hears no news of them either.
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches?.("[data-board-news]") && [403, 404].includes(ctx.response.status)) {
    ctx.sourceElement.remove();
  }
});

function ask() {
  const news = document.querySelector("[data-board-news]");
  if (!news || document.hidden) return;
  if (news.hasAttribute("data-board-outdated")) showAnew(news);
  else news.dispatchEvent(new CustomEvent("board:ask"));
}

function receive() {
  const news = document.querySelector("[data-board-news]");
  if (news?.dataset.boardOutdated) showAnew(news);
  if (!news?.children.length) return;
  for (const part of news.querySelector("[data-board-heads]")?.content.children ?? []) renew(part);
  tell(news);
  // The answer to one's own move: with it the card has come to rest.
  for (const { dataset } of news.querySelectorAll("[data-own]")) forget(dataset.boardLeft ?? dataset.boardArrival);
  const left = [...news.querySelectorAll("[data-board-left]")].map(({ dataset }) => settle(dataset.boardLeft, remove));
  const arrived = [...news.querySelectorAll("[data-board-arrival]")].map((arrival) =>
    settle(arrival.dataset.boardArrival, () => arrive(arrival)),
  );
  if (asked && [...left, ...arrived].includes(false)) news.setAttribute("hx-get", asked);
  news.replaceChildren();
}

// To whatever shows a deal apart from its card (beside.js): which deals changed, and to which version where that is known.
function tell(news) {
  const arrived = [...news.querySelectorAll("[data-board-arrival]")];
  const left = [...news.querySelectorAll("[data-board-left]")];
  const versions = new Map(arrived.map(({ dataset, content }) => [dataset.boardArrival, versionOf(content)]));
  for (const { dataset } of left) versions.set(dataset.boardLeft, undefined);
  document.dispatchEvent(new CustomEvent("board:told", { detail: versions }));
}

// Whatever may not be done now is told again by the next answer, as it is then.
function settle(id, change) {
  return !isUnsettled(id) && change(id) !== false;
}

// Where one stood on it, one goes on to the card beside it.
function remove(id) {
  const card = cardOf(id);
  if (!card) return;
  const hadFocus = card.contains(document.activeElement);
  const beside = [card.nextElementSibling, card.previousElementSibling].find((other) => other?.matches("[data-board-card]"));
  card.remove();
  if (hadFocus) beside?.querySelector("a").focus({ preventScroll: true });
}

function renew(part) {
  const shown = document.getElementById(part.id);
  if (!shown || asSent(shown).isEqualNode(part)) return;
  const hadFocus = shown.contains(document.activeElement);
  const fresh = document.importNode(part, true);
  shown.replaceWith(fresh);
  htmx.process(fresh);
  if (hadFocus) fresh.querySelector("a, button")?.focus({ preventScroll: true });
}

// Without what htmx writes on it.
function asSent(shown) {
  const copy = shown.cloneNode(true);
  for (const element of copy.querySelectorAll("[data-htmx-powered]")) element.removeAttribute("data-htmx-powered");
  return copy;
}

// Under the card above it. Where that one is not loaded yet, this one comes with it; what one put there oneself stays.
function arrive({ dataset, content }) {
  const list = document.querySelector(`#board [data-board-column="${dataset.column}"]`);
  const above = dataset.after && cardOf(dataset.after);
  if (above && isUnsettled(dataset.after)) return false;

  const old = cardOf(dataset.boardArrival);
  const hadFocus = old?.contains(document.activeElement);
  const isOwn = "own" in dataset;
  const isSame = old && versionOf(old) === versionOf(content);
  const isKept = isOwn || (isSame && list && isOrdered(list) && listOf(old) === list);
  const known = placeUnder(above, list, dataset.after);
  const next = known === undefined && isKept ? moreOf(list) : known;
  if (next === undefined) return old?.remove();
  const card = isSame ? old : document.importNode(content.firstElementChild, true);
  const stays = old && (next === old || (old.parentElement === list && old.nextElementSibling === next));
  if (isSame && stays) return true;

  if (!stays) passOver(dataset.boardArrival);
  list.insertBefore(card, next);
  if (!isSame) old?.remove();
  card.classList.add("card--arrived");
  htmx.process(card);
  if (hadFocus) card.querySelector("a").focus({ preventScroll: true });
  if (isOwn) card.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

// What the card is to stand before, null for the foot of the column, undefined for further down than is loaded.
function placeUnder(above, list, isUnderAnother) {
  if (!list) return undefined;
  if (!isUnderAnother) return list.firstElementChild;
  if (above && listOf(above) === list) return above.nextElementSibling;
  return moreOf(list) ? undefined : null;
}

function moreOf(list) {
  return list?.querySelector(":scope > .column__more");
}

// Whoever may not move cards gets them without a version: then each is taken for a new one.
function versionOf(place) {
  return place.querySelector("[name=version]")?.value ?? Symbol("none");
}

// Not while somebody is at something here, nor again and again while an import goes on; but where the columns
// themselves are others now, what stands here leads nowhere.
function showAnew({ dataset }) {
  const isSoon = performance.now() < 30_000 && dataset.boardOutdated !== "at-once";
  if (!isSoon && !document.querySelector(BUSY)) location.reload();
}
