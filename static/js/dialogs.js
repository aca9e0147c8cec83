// data-dialog="<id>" opens that <dialog>; a press beside it closes it; the focus goes back to where it was.

const openers = new WeakMap();

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    opener.closest("[popover]")?.hidePopover();
    open(dialog, opener);
  }
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-dialog-close]");
  const around = closer?.closest("dialog[open]");
  if (around) {
    event.preventDefault();
    around.close();
  }
});

document.addEventListener("mousedown", (event) => {
  if (event.target instanceof HTMLDialogElement && isBeside(event, event.target)) {
    // Or the press would take the focus with it.
    event.preventDefault();
    event.target.close();
  }
});

document.addEventListener(
  "close",
  (event) => {
    const opener = openers.get(event.target);
    if (opener?.isConnected) opener.focus();
  },
  true,
);

document.addEventListener("htmx:after:settle", openMarked);
openMarked();

function openMarked() {
  for (const dialog of document.querySelectorAll("dialog[data-dialog-open]:not([open])")) {
    dialog.removeAttribute("data-dialog-open");
    open(dialog, document.activeElement);
  }
}

function open(dialog, opener) {
  if (dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
}

// A press on the backdrop is a press on the dialog itself, outside its box.
function isBeside(event, dialog) {
  const { x, y, width, height } = dialog.getBoundingClientRect();
  const across = Math.abs(event.clientX - x - width / 2);
  const down = Math.abs(event.clientY - y - height / 2);
  return across * 2 > width || down * 2 > height;
}
