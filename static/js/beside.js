// data-beside-open: a card's title opens its deal beside the board, where there is room for both; else its page.
// What stands beside the board and the card tell the same: whichever is older is brought up to date.

import { cardOf } from "./places.js";

const ROOM = "(width >= 64rem)";
// A second click within that time means the title, not the deal.
const PATIENCE = 200;
const OWN_ESCAPE = "dialog, [popover], [data-facts], [data-add], [data-titling], [data-picker], .card--lifted";
let waiting = null;
let wasSeen = false;
let agreedOn = null;
let outdated = null;
let hadFocus = false;

document.addEventListener("click", (event) => {
  const link = document.getElementById("beside") && event.target.closest("[data-beside-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !matchMedia(ROOM).matches) return;
  event.preventDefault();
  clearTimeout(waiting);
  if (event.detail > 1 || staysWithHalfAFact()) return;
  select(link);
  waiting = setTimeout(() => open(link), event.detail ? PATIENCE : 0);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-beside-close]")) close();
});

document.addEventListener("keydown", (event) => {
  const isOthers = event.target.closest(OWN_ESCAPE) || document.querySelector(":popover-open");
  if (event.key === "Escape" && headBeside() && !isOthers) close();
});

// What somebody began to write while the answer was on its way is not taken from under their hands.
document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement: beside } = event.detail.ctx;
  if (beside.id !== "beside") return;
  hadFocus = beside.contains(document.activeElement);
  if (!isWriting(beside)) return;
  event.preventDefault();
  agreedOn = null;
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const head = headBeside();
  if (!head) return;
  if (ctx.sourceElement.id === "beside" && hadFocus && document.activeElement === document.body) focusTitle();
  if (ctx.sourceElement.matches("[data-beside-open]")) begin(head);
  if (ctx.sourceElement.closest?.("#beside form")) ask();
  agree(head);
});

// Where the card is not loaded, or not on this board, the news alone tells that the deal has changed.
document.addEventListener("board:told", ({ detail: versions }) => {
  const { besideDeal, version } = headBeside()?.dataset ?? {};
  if (versions.has(besideDeal) && !cardOf(besideDeal) && versions.get(besideDeal) !== version) outdated = besideDeal;
});

function open(link) {
  link.dispatchEvent(new CustomEvent("beside:open"));
}

function begin(head) {
  wasSeen = false;
  agreedOn = null;
  keepInAddress(head.dataset.besideDeal);
  focusTitle();
}

function close() {
  if (staysWithHalfAFact()) return;
  const card = cardOf(headBeside()?.dataset.besideDeal);
  document.getElementById("beside").replaceChildren();
  select(null);
  keepInAddress(null);
  card?.querySelector("a").focus({ preventScroll: true });
}

// A note that was begun is kept (drafts.js); a fact is saved or left before it goes.
function staysWithHalfAFact() {
  const fields = [...document.querySelectorAll("#beside [data-facts] input:not([type=hidden], [type=radio])")];
  const half = fields.find(({ value, defaultValue }) => value !== defaultValue);
  half?.focus();
  return Boolean(half);
}

function agree(head) {
  const card = cardOf(head.dataset.besideDeal);
  if (card) select(card.querySelector("[data-beside-open]"));
  const stands = card ? versionOf(card) : wasSeen ? "gone" : head.dataset.version;
  wasSeen = Boolean(card);
  if (outdated === head.dataset.besideDeal && !card && renew(head)) outdated = null;
  const key = `${stands} ${head.dataset.version}`;
  if (stands === head.dataset.version || stands === undefined || key === agreedOn) return;
  const isOlder = stands === "gone" || Number(stands) > Number(head.dataset.version);
  if (!isOlder) ask();
  if (!isOlder || renew(head)) agreedOn = key;
}

// Not while something is being written there; then it is tried again with the next answer.
function renew(head) {
  const beside = document.getElementById("beside");
  if (isWriting(beside)) return false;
  htmx.ajax("GET", head.dataset.besideUrl, { source: beside, target: beside });
  return true;
}

function isWriting(beside) {
  return Boolean(beside.querySelector("[data-facts]") || beside.querySelector("textarea")?.value);
}

function focusTitle() {
  document.getElementById("beside-title").focus({ preventScroll: true });
}

function ask() {
  document.querySelector("[data-board-news]")?.dispatchEvent(new CustomEvent("board:ask"));
}

function select(link) {
  for (const other of document.querySelectorAll("[data-beside-open][aria-current]")) other.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "true");
}

function keepInAddress(deal) {
  const address = new URL(location.href);
  if (deal) address.searchParams.set("deal", deal);
  else address.searchParams.delete("deal");
  history.replaceState(history.state, "", address);
}

function headBeside() {
  return document.querySelector("#beside [data-beside-deal]");
}

function versionOf(card) {
  return card.querySelector("[data-board-move] [name=version]")?.value;
}
