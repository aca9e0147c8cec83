// data-titling: the title of a card is changed in its place, after a double click or F2. Enter or leaving keeps what
// was typed, Escape leaves the title as it was.

document.addEventListener("dblclick", (event) => begin(event.target.closest("[data-board] [data-board-card]")));

document.addEventListener("keydown", (event) => {
  if (event.key === "F2") begin(event.target.closest?.("[data-board] [data-board-card]"));
  const form = event.key === "Escape" && event.target.closest?.("[data-titling]");
  if (form) leave(form);
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.("[data-titling]");
  // Afterwards: the form may be leaving for another reason.
  if (form) setTimeout(() => keep(form));
});

function begin(card) {
  const title = card?.querySelector(".card__title:not(.htmx-request)");
  if (title && !card.querySelector("[data-titling]")) title.dispatchEvent(new CustomEvent("title:edit"));
}

function keep(form) {
  if (!form.isConnected || form.ariaBusy || form.contains(document.activeElement)) return;
  const { value, defaultValue, ariaInvalid } = form.elements.title;
  if (value === defaultValue && ariaInvalid) return;
  if (value === defaultValue) form.remove();
  else form.requestSubmit();
}

function leave(form) {
  const link = form.closest("[data-board-card]").querySelector("a");
  form.remove();
  link.focus();
}
