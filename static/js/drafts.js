// A note that was begun is kept in this tab until it is saved, and stands in its field again wherever that comes back:
// beside the board and on the page of what it is about (data-opened).

const NOTE = ".composer textarea";

putBack();
document.addEventListener("input", ({ target }) => {
  if (target.matches(NOTE)) keep(target.value);
});
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches?.(".composer") && ctx.response?.status < 400) keep("");
});
document.addEventListener("htmx:after:settle", putBack);

function putBack() {
  const field = document.querySelector(NOTE);
  if (field && !field.value) field.value = kept();
}

function keep(text) {
  try {
    if (text) sessionStorage.setItem(key(), text);
    else sessionStorage.removeItem(key());
  } catch {
    // A browser that keeps nothing forgets this too.
  }
}

function kept() {
  try {
    return sessionStorage.getItem(key()) ?? "";
  } catch {
    return "";
  }
}

// What somebody else wrote in this browser is nobody's business.
function key() {
  const reader = document.querySelector("[data-opened-by]")?.dataset.openedBy;
  return `note ${reader} ${document.querySelector("[data-opened]")?.dataset.opened}`;
}
