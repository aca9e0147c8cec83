// The options of the palette: one is chosen, by an arrow or the mouse, and pressed by Enter or a click.

const OPTION = "[data-palette] [role=option]";

// Before the option does its own, which may open another dialog.
document.addEventListener("click", (event) => {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (event.target.closest(OPTION) && !isElsewhere) event.target.closest("dialog").close();
}, true);

document.addEventListener("mousedown", (event) => {
  // Or the press would take the focus out of the input.
  if (event.target.closest("[data-palette] [role=listbox]")) event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  const option = event.target.closest(OPTION);
  if (option && option !== chosen()) choose(option);
});

export function chooseFirst() {
  choose(options()[0]);
}

export function chooseNone() {
  document.getElementById("palette-options").hidden = true;
  say("");
  choose(null);
}

// Instead of options, or how many there are.
export function say(words) {
  document.getElementById("palette-count").textContent = words;
}

export function step(by) {
  const all = options();
  const next = all.at((all.indexOf(chosen()) + by) % all.length);
  if (!next) return;
  choose(next);
  // Not where the mouse chooses: what it points at would run away under it.
  next.scrollIntoView({ block: "nearest" });
}

export function press({ ctrlKey, metaKey, shiftKey }) {
  chosen()?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}

function choose(one) {
  const text = document.getElementById("palette-text");
  for (const option of options()) option.ariaSelected = String(option === one);
  text.ariaExpanded = String(Boolean(one));
  text.setAttribute("aria-activedescendant", one?.id ?? "");
}

function chosen() {
  return options().find((option) => option.ariaSelected === "true");
}

function options() {
  return [...document.querySelectorAll(OPTION)];
}
