// A form whose sending came to nothing, since its sender had been signed out or the server failed, is filled in again
// where it comes back within the hour, and says so (data-refilling-notice="failed"). The page that answers such a sending
// bears data-refilling-failed; only the first one after it counts. If nothing answered and its sender went back, nobody
// knows whether it was saved, which the other notice says ("unsure").

import { keep, kept, reader } from "./keeping.js";

const KEY = "form sent";
const HOUR = 3_600_000;
// A password that is looked at is a text.
const SECRET = "[type=password], [autocomplete$=password], [autocomplete=one-time-code], [type=file], [name=csrf_token]";
const TYPED = `:is(textarea, select, input:not([type=hidden], [autocomplete=username])):not(${SECRET})`;
// What asks the server while one types, or is settled by what it answers.
const ASKING = "[hx-get], [hx-post], [data-picker] *";

afterLoading();

// On the way up: whoever sends it by other means has said so by then.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const isKept = form.method === "post" && reader() && form.querySelector(TYPED);
  if (form.matches("[data-opened-forget]")) write(null);
  else if (isKept && !event.defaultPrevented && !form.matches("[data-selecting-form]")) write(sent(form));
});

function afterLoading() {
  const form = read();
  if (!form) return;
  const notice = form.notice ?? noticeNow();
  const isOthers = reader() && form.reader !== reader();
  if (!notice || isOthers || Date.now() - form.at > HOUR) write(null);
  else if (!refilled(form, notice)) write({ ...form, notice });
}

function noticeNow() {
  if (document.querySelector("[data-refilling-failed]")) return "failed";
  return performance.getEntriesByType("navigation")[0]?.type === "back_forward" ? "unsure" : null;
}

function refilled(form, notice) {
  const again = [...document.forms].find((other) => other.method === "post" && purpose(other) === form.purpose);
  if (!again || form.page !== page() || !reader()) return false;
  write(null);
  const values = Map.groupBy(form.values, ([name]) => name);
  for (const field of again.elements) {
    if (field.name && !field.disabled && field.type !== "submit" && !field.matches(SECRET)) {
      fill(field, values.get(field.name) ?? []);
    }
  }
  again.prepend(document.querySelector(`template[data-refilling-notice=${notice}]`).content.cloneNode(true));
  again.closest("[popover]")?.showPopover();
  again.scrollIntoView({ block: "nearest" });
  return true;
}

// Of several fields of one name each takes the next value.
function fill(field, left) {
  const isLeft = (value) => left.some(([, other]) => other === value);
  if (field.matches("[type=checkbox], [type=radio]")) {
    field.checked = isLeft(field.value);
  } else if (field.multiple) {
    for (const option of field.options) option.selected = isLeft(option.value);
  } else if (left.length) {
    const [[, value]] = left.splice(0, 1);
    if (field.options && ![...field.options].some((option) => option.value === value)) return;
    field.value = value;
  }
  if (!field.matches(ASKING)) field.dispatchEvent(new Event("input", { bubbles: true }));
}

function sent(form) {
  const secret = [...form.elements].filter((element) => element.matches(SECRET)).map((element) => element.name);
  const values = [...new FormData(form)].filter(([name]) => !secret.includes(name));
  return { reader: reader(), at: Date.now(), page: page(), purpose: purpose(form), values };
}

function page() {
  return location.pathname + location.search;
}

function purpose(form) {
  const { pathname, search } = new URL(form.action);
  return `${pathname}${search} ${form.id}`;
}

function read() {
  return JSON.parse(kept("sessionStorage", KEY) || "null");
}

function write(form) {
  keep("sessionStorage", KEY, form && JSON.stringify(form));
}
