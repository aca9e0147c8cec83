// The little calendar beside a date field (data-jdate="jalali|gregorian"): press its button, choose a day.
// It works by pointer and by keys, and writes the day as the field's reader would.

import { addMonths, gregorian, jalali, parse, today, weekday } from "./jdate-calendar.js";
import { drawMonth, frame } from "./jdate-month.js";

let open = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-jdate-button]");
  if (button) {
    const isSame = open?.button === button;
    close();
    if (!isSame) show(button);
  } else if (open && !open.box.contains(event.target) && event.target.isConnected) {
    close();
  }
});

function show(button) {
  const field = button.closest("[data-jdate-field]");
  const input = field.querySelector("[data-jdate]");
  const calendar = input.dataset.jdate === "jalali" ? jalali : gregorian;
  const chosen = parse(input.value);
  const now = today(button.dataset.zone);
  const box = frame(button);
  open = { box, button, input, calendar, chosen, now, day: chosen ?? now, isPersian: writesPersian(input) };

  box.addEventListener("click", pressed);
  box.addEventListener("keydown", keyed);
  field.append(box);
  box.showPopover({ source: button });
  button.ariaExpanded = "true";
  draw(true);
}

function close(returnFocus = false) {
  if (!open) return;
  const { box, button } = open;
  open = null;
  box.remove();
  button.ariaExpanded = "false";
  if (returnFocus) button.focus();
}

function pressed(event) {
  const target = event.target.closest("button");
  if (!target) return;

  if (target.dataset.months) go(addMonths(open.calendar, open.day, Number(target.dataset.months)), false);
  else if (target.dataset.today !== undefined) pick(open.now);
  else pick(Number(target.dataset.day));
}

function keyed(event) {
  if (event.key === "Escape") {
    event.stopPropagation();
    event.preventDefault();
    close(true);
  } else if (event.key === "Tab") {
    stayInside(event);
  } else if (event.target.closest("table")) {
    const day = dayAfter(event);
    if (day !== null) {
      event.preventDefault();
      go(day, true);
    }
  }
}

// Arrows follow the eye: forward is where the reader's lines go.
function dayAfter(event) {
  const forward = getComputedStyle(open.box).direction === "rtl" ? -1 : 1;
  const position = (weekday(open.day) - firstWeekday() + 7) % 7;
  const steps = {
    ArrowRight: forward,
    ArrowLeft: -forward,
    ArrowDown: 7,
    ArrowUp: -7,
    Home: -position,
    End: 6 - position,
  };
  if (event.key in steps) return open.day + steps[event.key];
  if (event.key === "PageUp") return addMonths(open.calendar, open.day, event.shiftKey ? -12 : -1);
  if (event.key === "PageDown") return addMonths(open.calendar, open.day, event.shiftKey ? 12 : 1);
  return null;
}

function stayInside(event) {
  const stops = [...open.box.querySelectorAll("button:not([tabindex='-1'])")];
  const next = stops.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
  event.preventDefault();
  stops[(next + stops.length) % stops.length].focus();
}

function go(day, takesFocus) {
  open.day = day;
  draw(takesFocus);
}

function draw(takesFocus) {
  drawMonth(open.box, { ...open, firstWeekday: firstWeekday() });
  if (takesFocus) open.box.querySelector("table [tabindex='0']").focus();
}

function pick(day) {
  const { input, calendar, isPersian } = open;
  const [year, month, date] = calendar.fromDay(day);
  const text = [year, month, date].map((number) => String(number).padStart(2, "0"));
  input.value = isPersian ? persianDigits(text.join("/")) : text.join(calendar === jalali ? "/" : "-");
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
  close(true);
}

function writesPersian(input) {
  const shown = input.value || input.placeholder;
  return shown ? /[۰-۹]/.test(shown) : document.documentElement.dataset.digits === "arabext";
}

function persianDigits(text) {
  return text.replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);
}

function firstWeekday() {
  const language = document.documentElement.lang;
  return language.startsWith("fa") ? 6 : language.startsWith("zh") ? 1 : 0;
}
