// data-unreachable: what is said where no answer came, data-board-unreachable where a card went back to its place for it.
// What asks by itself, and asks again, is not told of; nor what says so in a place of its own.

import { show } from "./toasts.js";

const BY_THEMSELVES = ["board:ask", "every"];

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (asksByItself(ctx)) ctx.text = "";
  if (ctx.response.status < 500) return;
  if (isQuiet(ctx)) ctx.text = "";
  // Else the server has said why.
  else if (!ctx.hx.retarget) say(ctx.sourceElement);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx.text === undefined && !isQuiet(ctx)) say(ctx.sourceElement);
});

function isQuiet(ctx) {
  return asksByItself(ctx) || ctx.sourceElement.id === "palette-text";
}

function asksByItself({ sourceEvent }) {
  return BY_THEMSELVES.includes(sourceEvent?.type);
}

function say(source) {
  const isCarried = source.matches?.("[data-board-move], [data-picking-form]");
  show(document.querySelector(isCarried ? "[data-board-unreachable]" : "[data-unreachable]"));
}
