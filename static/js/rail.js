// The person's choice of a narrow or a wide side navigation (data-rail), kept in this browser.
// Run before anything is drawn, so that the page does not jump; it stands alone and imports nothing.

const KEY = "side";
const root = document.documentElement;

show(remembered());

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-rail]")) return;

  const chosen = isNarrow() ? "wide" : "narrow";
  show(chosen);
  remember(chosen);
});

function show(side) {
  root.classList.toggle("side-narrow", side === "narrow");
  root.classList.toggle("side-wide", side === "wide");
}

function isNarrow() {
  return document.querySelector(".nav").getBoundingClientRect().width < 100;
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(side) {
  try {
    localStorage.setItem(KEY, side);
  } catch {
    // A browser that keeps nothing forgets this too.
  }
}
