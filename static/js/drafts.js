// A note that was begun is kept in this tab until it is saved, and stands in its field again wherever that comes back:
// beside the board and on the page of what it is about (data-opened). A form with data-opened-forget lets all be forgotten.

import { forgetAll, keep, kept, reader } from "./keeping.js";

const NOTE = ".composer textarea";
const sentAs = new WeakMap();

putBack();
document.addEventListener("input", ({ target }) => {
  if (target.matches(NOTE)) keep("sessionStorage", key(), target.value);
});
// By the time of the answer, something else may stand open.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches?.(".composer")) sentAs.set(ctx, key());
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (sentAs.has(ctx) && ctx.response.status < 400) keep("sessionStorage", sentAs.get(ctx), "");
});
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-opened-forget]")) forgetAll("sessionStorage", "note ");
});
document.addEventListener("htmx:after:settle", putBack);

function putBack() {
  const field = document.querySelector(NOTE);
  if (field && !field.value) field.value = kept("sessionStorage", key());
}

function key() {
  return `note ${reader()} ${document.querySelector("[data-opened]")?.dataset.opened}`;
}
