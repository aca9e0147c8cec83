// Keys that work on every page press what has data-shortcut="search" or data-shortcut="new".

import { letterOf } from "./letters.js";

const KEYS = { "/": "search", n: "new" };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;

  if ((event.ctrlKey || event.metaKey) && letterOf(event)?.toLowerCase() === "k") {
    if (document.querySelector("dialog:modal")) event.preventDefault();
    else act(event, "search");
  } else if (event.ctrlKey || event.metaKey || isTyping(event.target) || document.querySelector("dialog:modal")) {
    return;
  } else if (["?", "؟"].includes(event.key)) {
    event.preventDefault();
    document.getElementById("shortcuts")?.showModal();
  } else if (letterOf(event) in KEYS) {
    act(event, KEYS[letterOf(event)]);
  }
});

function act(event, name) {
  const target = document.querySelector(`[data-shortcut="${name}"]`);
  if (!target) return;

  event.preventDefault();
  // What opens over the page gives the focus back to where it was, not to the box that stands for it.
  if (!(target instanceof HTMLInputElement)) target.focus();
  target.click();
}

function isTyping(element) {
  return element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}
