// A note that was begun is kept in this tab until it is saved, and stands in its field again wherever that comes back:
// beside the board and on the page of what it is about (data-opened).

import { keep, kept, reader } from "./keeping.js";

const NOTE = ".composer textarea";

putBack();
document.addEventListener("input", ({ target }) => {
  if (target.matches(NOTE)) keep("sessionStorage", key(), target.value);
});
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches?.(".composer") && ctx.response?.status < 400) keep("sessionStorage", key(), "");
});
document.addEventListener("htmx:after:settle", putBack);

function putBack() {
  const field = document.querySelector(NOTE);
  if (field && !field.value) field.value = kept("sessionStorage", key());
}

function key() {
  return `note ${reader()} ${document.querySelector("[data-opened]")?.dataset.opened}`;
}
