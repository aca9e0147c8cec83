// What was opened last (data-opened="deals:7" on its page), kept in this browser: tables and numbers alone, and by whom.
// A form with data-opened-forget lets it be forgotten.

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

function reader() {
  return document.querySelector("[data-opened-by]")?.dataset.openedBy;
}

// What somebody else opened in this browser is nobody's business.
function opened() {
  const [who, ...keys] = read().split(" ");
  return who === reader() ? keys : [];
}

function read() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function write(keys) {
  try {
    if (keys) localStorage.setItem(KEY, [reader(), ...keys].join(" "));
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing forgets this too.
  }
}
