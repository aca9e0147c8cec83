// What was opened last (data-opened="deals:7" on its page), kept in this browser: tables and numbers alone, and by whom.
// A form with data-opened-forget lets it be forgotten.

import { keep, kept, reader } from "./keeping.js";

const KEY = "opened";
const MOST = 12;

note();
document.addEventListener("htmx:after:settle", note);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-opened-forget]")) write(null);
});

// Newest first, without what this page shows.
export function openedBefore() {
  const here = onThisPage();
  return opened().filter((key) => !here.includes(key));
}

function note() {
  const here = onThisPage();
  if (here.length && reader()) write([...here, ...openedBefore()].slice(0, MOST));
}

function onThisPage() {
  return [...document.querySelectorAll("[data-opened]")].map((element) => element.dataset.opened);
}

function opened() {
  const [who, ...keys] = kept("localStorage", KEY).split(" ");
  return who === reader() ? keys : [];
}

function write(keys) {
  keep("localStorage", KEY, keys && [reader(), ...keys].join(" "));
}
