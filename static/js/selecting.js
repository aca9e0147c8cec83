// data-selecting: the box by which a row of a list is picked. data-selecting-page picks all rows on the page,
// data-selecting-match all that match. `x` picks the row that has the focus, Shift all up to the last one picked.

import { letterOf } from "./letters.js";
import { written } from "./numbers.js";

let last = null;

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-selecting-page]")) setAll(target.checked);
  if (target.matches("[data-selecting-match]") && target.checked) setAll(true);
  if (target.matches("[data-selecting], [data-selecting-page], [data-selecting-match]")) tell();
});

document.addEventListener("click", (event) => {
  if (!event.target.matches?.("[data-selecting]")) return;
  if (event.shiftKey && last?.isConnected) reach(event.target);
  last = event.target;
});

document.addEventListener("keydown", (event) => {
  const isTyped = event.target.matches?.("textarea, select, input:not([type=checkbox])");
  if (letterOf(event) !== "x" || isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
  event.target.closest?.("tr")?.querySelector("[data-selecting]")?.click();
});

document.addEventListener("reset", (event) => {
  if (event.target.matches("[data-selecting-form]")) setTimeout(tell);
});

// Rows that came to the others are picked where all that match are.
document.addEventListener("htmx:after:swap", () => {
  if (!formOf()) return;
  if (match()?.checked) setAll(true);
  tell();
});

// What was chosen from a menu of the bar is on its way.
document.addEventListener("click", ({ target }) => {
  target.closest?.("[data-selecting-form] [popover] [type=submit]")?.closest("[popover]").hidePopover();
});

// The back button may bring the page back with boxes ticked.
window.addEventListener("pageshow", tell);

function reach(box) {
  const boxes = boxesOf();
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  for (const one of from < 0 ? [] : boxes.slice(from, to + 1)) one.checked = box.checked;
  tell();
}

function setAll(isPicked) {
  for (const box of boxesOf()) box.checked = isPicked;
}

function tell() {
  const words = formOf()?.querySelector("[data-selecting-count]");
  if (!words) return;
  const boxes = boxesOf();
  const count = boxes.filter((box) => box.checked).length;
  const isWhole = count > 0 && count === boxes.length;
  for (const one of document.querySelectorAll("[data-selecting-page]")) {
    one.checked = isWhole;
    one.indeterminate = count > 0 && !isWhole;
  }
  if (match() && !isWhole) match().checked = false;
  const all = match()?.checked && words.dataset.selectingAll;
  words.textContent = words.dataset.selectingCount.replace("{count}", all || written(count));
}

const formOf = () => document.querySelector("[data-selecting-form]");
const match = () => formOf()?.querySelector("[data-selecting-match]");
const boxesOf = () => [...document.querySelectorAll("[data-selecting]")];
