// Keys that work on every page: data-shortcut="search" takes the focus, data-shortcut="new" opens its menu.

const KEYS = { "/": "search", n: "new" };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;

  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    act(event, "search");
  } else if (event.ctrlKey || event.metaKey || isTyping(event.target) || document.querySelector("dialog:modal")) {
    return;
  } else if (event.key === "?") {
    event.preventDefault();
    document.getElementById("shortcuts")?.showModal();
  } else if (event.key in KEYS) {
    act(event, KEYS[event.key]);
  }
});

function act(event, name) {
  const target = document.querySelector(`[data-shortcut="${name}"]`);
  if (!target) return;

  event.preventDefault();
  target.focus();
  if (target instanceof HTMLInputElement) target.select();
  else target.click();
}

function isTyping(element) {
  return element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}
