// Of toasts that offer to take a move back (data-toasts-undo) the last alone stays.
// Toasts (data-toasts) go by themselves after eight seconds, but never while someone looks at or stands on one.
// While a modal dialog is open they stand in it: beside it they would lie under its backdrop, and be told to nobody.

const LIFETIME = 8000;
const timers = new WeakMap();

document.addEventListener("click", (event) => {
  event.target.closest("[data-toasts-close]")?.closest("[data-toasts]").remove();
});

for (const event of ["pointerover", "focusin"]) document.addEventListener(event, (event) => hold(toastOf(event)));
for (const event of ["pointerout", "focusout"]) document.addEventListener(event, (event) => start(toastOf(event)));

for (const event of ["toggle", "close"]) document.addEventListener(event, standOnTop, true);
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  const dialog = all().closest("dialog");
  if (dialog && tasks.some((task) => targetOf(task)?.contains(dialog))) moveInto(document.body);
});
// Not once parts of an answer have settled: another part may yet take the dialog away.
document.addEventListener("htmx:after:swap", standOnTop);

document.addEventListener("htmx:after:settle", () => {
  keepLastUndo();
  startAll();
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const isTold = ctx.response?.status < 500;
  if (isTold && ctx.sourceElement?.matches?.("[data-toasts-undo]")) ctx.sourceElement.closest("[data-toasts]")?.remove();
});
startAll();

// Said again, it takes the place of what was said before.
export function show({ content }) {
  const toast = content.firstElementChild.cloneNode(true);
  standOnTop();
  for (const other of [...all().children]) if (other.isEqualNode(toast)) other.remove();
  all().append(toast);
  start(toast);
}

function standOnTop() {
  moveInto([...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body);
}

function moveInto(place) {
  if (all().parentElement !== place) place.append(all());
}

function targetOf({ target }) {
  return typeof target === "string" ? document.querySelector(target) : target;
}

function all() {
  return document.getElementById("toasts");
}

function startAll() {
  for (const toast of document.querySelectorAll("[data-toasts]")) if (!timers.has(toast)) start(toast);
}

function keepLastUndo() {
  const offers = [...document.querySelectorAll("[data-toasts-undo]")];
  for (const form of offers.slice(0, -1)) form.closest("[data-toasts]").remove();
}

function start(toast) {
  if (!toast) return;
  clearTimeout(timers.get(toast));
  timers.set(toast, setTimeout(() => leave(toast), LIFETIME));
}

function hold(toast) {
  if (toast) clearTimeout(timers.get(toast));
}

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) start(toast);
  else toast.remove();
}

function toastOf(event) {
  return event.target.closest?.("[data-toasts]");
}
