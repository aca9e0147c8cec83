// Draws one month of the little calendar as a grid of buttons.

import { weekday } from "./jdate-calendar.js";

/** The empty box: steps and title above, the grid, "today" beneath. Its words stand on the field's button. */
export function frame(button) {
  const { previous, next, today: todayWord } = button.dataset;
  const box = make("div", { role: "dialog", "aria-modal": "true", "aria-label": button.ariaLabel, class: "jdate" });
  box.popover = "manual";
  const head = make("div", { class: "jdate__head" });
  const foot = make("div", { class: "jdate__foot" });
  head.append(
    step("‹", -1, previous),
    make("span", { class: "jdate__title", "aria-live": "polite" }),
    step("›", 1, next),
  );
  foot.append(make("button", { type: "button", class: "btn btn--quiet btn--small", "data-today": "" }, todayWord));
  box.append(head, make("table", { class: "jdate__grid", role: "grid" }), foot);
  return box;
}

export function drawMonth(box, { calendar, day, chosen, now, isPersian, firstWeekday }) {
  const [year, month] = calendar.fromDay(day);
  const first = calendar.toDay(year, month, 1);
  const write = writer(calendar, isPersian);
  const rows = [];

  for (let at = first - ((weekday(first) - firstWeekday + 7) % 7); at < first + calendar.length(year, month); at++) {
    if (weekday(at) === firstWeekday) rows.push(make("tr"));
    rows.at(-1).append(at < first ? make("td") : cell(at, { day, chosen, now, write }));
  }

  const body = make("tbody");
  body.append(...rows);
  box.querySelector(".jdate__title").textContent = write.month(first);
  box.querySelector("table").replaceChildren(headings(firstWeekday, write), body);
}

function cell(at, { day, chosen, now, write }) {
  const attributes = {
    type: "button",
    class: "jdate__day",
    tabindex: at === day ? "0" : "-1",
    "data-day": at,
    "aria-label": write.whole(at),
  };
  if (at === now) attributes["aria-current"] = "date";
  const box = make("td", at === chosen ? { role: "gridcell", "aria-selected": "true" } : { role: "gridcell" });
  box.append(make("button", attributes, write.number(at)));
  return box;
}

function headings(firstWeekday, write) {
  const row = make("tr");
  for (let index = 0; index < 7; index++) {
    const someDay = 3 + ((firstWeekday + index) % 7); // 4 January 1970 was a Sunday
    const name = write.part({ weekday: "long" }, someDay);
    row.append(make("th", { scope: "col", abbr: name }, write.part({ weekday: "narrow" }, someDay)));
  }
  const head = make("thead");
  head.append(row);
  return head;
}

// Browsers order the parts of a Jalali date in ways no Persian reader writes it, so here they are put together.
function writer(calendar, isPersian) {
  const language = document.documentElement.lang;
  const tag = `${language}-u-ca-${calendar.name}-nu-${isPersian ? "arabext" : "latn"}`;
  const count = new Intl.NumberFormat(tag, { useGrouping: false });
  const part = (parts, day) =>
    new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...parts }).format(new Date(day * 86_400_000));
  const joined = (day, ...words) => [...words, part({ month: "long" }, day), count.format(calendar.fromDay(day)[0])].join(" ");
  const number = (day) => count.format(calendar.fromDay(day)[2]);
  const isJalali = calendar.name === "persian";

  return {
    part,
    number,
    month: (day) => (isJalali ? joined(day) : part({ month: "long", year: "numeric" }, day)),
    whole: (day) =>
      isJalali ? joined(day, part({ weekday: "long" }, day), number(day)) : part({ dateStyle: "full" }, day),
  };
}

function step(sign, months, label) {
  return make("button", { type: "button", class: "jdate__step", "data-months": months, "aria-label": label }, sign);
}

function make(name, attributes = {}, text) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value ?? "");
  if (text !== undefined) element.textContent = text;
  return element;
}
