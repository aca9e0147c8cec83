// A form whose sending came to nothing, since its sender had been signed out or the server failed, is filled in again
// wherever it comes back, and says so (data-refilling-notice). A page that tells of such a failure, as every page does
// that nobody is signed in on, bears data-refilling-failed.

const KEY = "form sent";
const SECRET = "[type=password], [type=file], [autocomplete=one-time-code], [name=csrf_token]";
const TYPED = `:is(textarea, select, input:not([type=hidden], [autocomplete=username])):not(${SECRET})`;

afterLoading();
window.addEventListener("pageshow", ({ persisted }) => persisted && write(null));

// On the way up: whoever sends it by other means has said so by then.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-opened-forget]")) write(null);
  else if (!event.defaultPrevented && form.method === "post" && reader() && form.querySelector(TYPED)) write(sent(form));
});

function afterLoading() {
  const form = read();
  if (!form) return;
  if (document.querySelector("[data-refilling-failed]")) write({ ...form, hasFailed: true });
  else if (!form.hasFailed || form.reader !== reader()) write(null);
  else refill(form);
}

function refill(form) {
  const again = [...document.forms].find((other) => other.method === "post" && purpose(other) === form.purpose);
  if (!again || form.page !== location.pathname) return;
  write(null);
  const values = Map.groupBy(form.values, ([name]) => name);
  for (const field of [...again.elements].filter((element) => element.name && !element.matches(SECRET))) {
    const left = values.get(field.name) ?? [];
    const isLeft = (value) => left.some(([, other]) => other === value);
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = isLeft(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = isLeft(option.value);
    else if (left.length && field.type !== "submit") [[, field.value]] = left.splice(0, 1);
  }
  again.prepend(document.querySelector("template[data-refilling-notice]").content.cloneNode(true));
}

function sent(form) {
  const fields = [...form.elements].filter((element) => element.matches(SECRET)).map((element) => element.name);
  const values = [...new FormData(form)].filter(([name]) => !fields.includes(name));
  return { reader: reader(), page: location.pathname, purpose: purpose(form), values };
}

function purpose(form) {
  return `${new URL(form.action).pathname} ${form.id}`;
}

// What somebody else wrote in this browser is nobody's business.
function reader() {
  return document.querySelector("[data-opened-by]")?.dataset.openedBy;
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function write(form) {
  try {
    if (form) sessionStorage.setItem(KEY, JSON.stringify(form));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing forgets this too.
  }
}
