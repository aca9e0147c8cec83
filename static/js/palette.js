// data-palette: the dialog in which everything is found. What has data-palette-open opens it by a click or by typing.
// Arrows choose among its options while the focus stays in its input; Enter presses the chosen one.

import { openedBefore } from "./opened.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };
// Of which text the options on the screen are, of which an answer is awaited, and an Enter that waits for it.
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
  if (event.key in STEPS) {
    event.preventDefault();
    step(STEPS[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    entered = event;
    if (shown === event.target.value) press();
  } else {
    entered = null;
  }
});

// Before the option does its own, which may open another dialog.
document.addEventListener("click", (event) => {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (optionOf(event) && !isElsewhere) event.target.closest("dialog").close();
}, true);

document.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-palette] [role=listbox]")) event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  const option = optionOf(event);
  if (option && option.ariaSelected !== "true") choose(option);
});

document.addEventListener("htmx:before:request", (event) => {
  if (event.target === textOf()) asked = event.target.value;
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!textOf() || ctx.sourceElement !== textOf()) return;
  shown = asked;
  choose(options()[0]);
  if (entered && shown === textOf().value) press();
});

function open(box) {
  const palette = document.querySelector("[data-palette]");
  palette.querySelector("[name=opened]").value = openedBefore().join(" ");
  document.getElementById("palette-options").hidden = true;
  shown = entered = null;
  textOf().value = box.value;
  box.value = "";
  palette.showModal();
  textOf().dispatchEvent(new CustomEvent("palette:ask"));
}

function step(by) {
  const all = options();
  const next = all.findIndex((option) => option.ariaSelected === "true") + by;
  if (all.length) choose(all.at(next % all.length));
}

function choose(chosen) {
  for (const option of options()) option.ariaSelected = String(option === chosen);
  textOf().ariaExpanded = String(Boolean(chosen));
  textOf().setAttribute("aria-activedescendant", chosen?.id ?? "");
  chosen?.scrollIntoView({ block: "nearest" });
}

function press() {
  const { ctrlKey, metaKey, shiftKey } = entered;
  const chosen = options().find((option) => option.ariaSelected === "true");
  entered = null;
  chosen?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}

function options() {
  return [...document.querySelectorAll("[data-palette] [role=option]")];
}

function optionOf(event) {
  return event.target.closest("[data-palette] [role=option]");
}

function textOf() {
  return document.getElementById("palette-text");
}
