// While a form is on its way its button says so and cannot be pressed twice.

document.addEventListener("submit", (event) => {
  const form = event.target;
  // A button that brings a file leaves the page as it is.
  if (form.method === "dialog" || event.submitter?.matches("[data-submitting-file]")) return;
  if (form.ariaBusy === "true" && form.method === "post") event.preventDefault();
  // After the other listeners: one of them may have refused the form.
  setTimeout(() => event.defaultPrevented || begin(form, event.submitter));
});

document.addEventListener("htmx:before:request", (event) => {
  // A field that asks for suggestions does not send its form.
  if (event.target.matches?.("input, select, textarea")) return;
  const form = event.target.closest?.("form");
  if (form?.method === "post") begin(form, form.querySelector("[type=submit]"));
});

document.addEventListener("htmx:finally:request", endAll);
// The back button may bring this page back exactly as it was left.
window.addEventListener("pageshow", endAll);

function begin(form, button) {
  form.ariaBusy = "true";
  if (button) button.ariaBusy = "true";
}

function endAll() {
  for (const element of document.querySelectorAll("form[aria-busy], form [aria-busy]")) element.ariaBusy = null;
}
