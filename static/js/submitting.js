// While a form is on its way its button says so and cannot be pressed twice.

// A browser that tells nothing of pages whose loading was stopped lets it be pressed again after this time.
const LONGEST = 20_000;
const timers = new WeakMap();

// On the way down: htmx listens on the form itself and would send what was pressed again after the first.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    // A button that brings a file leaves the page as it is.
    if (form.method === "dialog" || event.submitter?.matches("[data-submitting-file]")) return;
    if (form.ariaBusy === "true" && form.method === "post") {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // After the other listeners: one of them may have refused the form.
    setTimeout(() => event.defaultPrevented || begin(form, event.submitter));
  },
  true,
);

document.addEventListener("htmx:before:request", (event) => {
  const form = formSentBy(event.target);
  if (form?.method === "post") begin(form, form.querySelector("[type=submit]"));
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const form = formSentBy(ctx.sourceElement);
  if (form) end(form);
});

// The back button may bring this page back exactly as it was left; what was stopped leaves it standing.
window.addEventListener("pageshow", endAll);
window.navigation?.addEventListener("navigateerror", endAll);

function begin(form, button) {
  form.ariaBusy = "true";
  if (button) button.ariaBusy = "true";
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => end(form), LONGEST));
}

function endAll() {
  [...document.forms].forEach(end);
}

function end(form) {
  clearTimeout(timers.get(form));
  for (const element of [form, ...form.elements]) element.ariaBusy = null;
}

// A field that asks for suggestions does not send its form.
function formSentBy(element) {
  return element.matches?.("input, select, textarea") ? null : element.closest?.("form");
}
