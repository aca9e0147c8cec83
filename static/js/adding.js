// data-add: the small form for a new deal at the head of a column. Escape or data-add-close puts it away again.

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest?.("[data-board] [data-add]");
  if (form) close(form);
});

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-add-close]")?.closest("[data-add]");
  if (form) close(form);
});

function close(form) {
  const opener = form.closest(".column")?.querySelector("[data-add-opener]");
  form.remove();
  opener?.focus();
}
