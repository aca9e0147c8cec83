// data-palette: the dialog in which everything is found. What has data-palette-open opens it by a click or by typing.
// While one types the focus stays in its input; arrows choose among what answers, Enter presses the chosen one.

import { openedBefore } from "./opened.js";
import { chooseFirst, chooseNone, press, say, step } from "./palette-options.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };
// The text that the options on the screen answer, the one asked about last, and an Enter that waits for its answer.
let shown = null;
let asked = null;
let entered = null;

for (const name of ["click", "input"]) {
  document.addEventListener(name, (event) => {
    const box = event.target.closest("[data-palette-open]");
    if (box && !event.isComposing) open(box);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.target !== textOf()) return;
  entered = null;
  if (event.key in STEPS) {
    event.preventDefault();
    step(STEPS[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    entered = event;
    pressEntered();
  }
});

document.addEventListener("htmx:before:request", (event) => {
  if (event.target === textOf()) asked = event.target.value;
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!textOf() || ctx.sourceElement !== textOf()) return;
  shown = asked;
  chooseFirst();
  pressEntered();
});

for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, ({ detail: { ctx } }) => {
    const isLost = !ctx?.response || ctx.response.status >= 500;
    if (isLost && textOf() && ctx?.sourceElement === textOf()) lose();
  });
}

function open(box) {
  const palette = document.querySelector("[data-palette]");
  palette.querySelector("[name=opened]").value = openedBefore().join(" ");
  shown = entered = null;
  chooseNone();
  textOf().value = box.value;
  box.value = "";
  palette.showModal();
  textOf().dispatchEvent(new CustomEvent("palette:ask"));
}

function lose() {
  shown = entered = null;
  chooseNone();
  say(document.querySelector("[data-unreachable]").content.textContent);
}

// What is pressed has to be an answer to what was typed.
function pressEntered() {
  if (!entered || shown !== textOf().value) return;
  press(entered);
  entered = null;
}

function textOf() {
  return document.getElementById("palette-text");
}
