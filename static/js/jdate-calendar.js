// The arithmetic of two calendars. A day is a whole number: days since 1 January 1970.

const DAY = 86_400_000;

export const gregorian = {
  name: "gregory",
  length: (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate(),
  toDay: (year, month, date) => Date.UTC(year, month - 1, date) / DAY,
  fromDay(day) {
    const instant = new Date(day * DAY);
    return [instant.getUTCFullYear(), instant.getUTCMonth() + 1, instant.getUTCDate()];
  },
};

// Leap years follow the 33-year cycle, which is right from 1178 to 1633.
export const jalali = {
  name: "persian",
  length: (year, month) => (month < 7 ? 31 : month < 12 || isLeap(year) ? 30 : 29),
  toDay(year, month, date) {
    const before = month < 8 ? 31 * (month - 1) : 186 + 30 * (month - 7);
    return EPOCH + yearStart(year) + before + date - 1;
  },
  fromDay(day) {
    const since = day - EPOCH;
    let year = 1178 + Math.floor((since * 33) / 12053);
    while (since < yearStart(year)) year--;
    while (since >= yearStart(year + 1)) year++;
    const rest = since - yearStart(year);
    if (rest < 186) return [year, Math.floor(rest / 31) + 1, (rest % 31) + 1];
    return [year, Math.floor((rest - 186) / 30) + 7, ((rest - 186) % 30) + 1];
  },
};

const EPOCH = Date.UTC(1799, 2, 21) / DAY; // 1178-01-01
const LEAPS_BEFORE_EPOCH = leapsBefore(1178);

/** Sunday is 0. */
export function weekday(day) {
  return (((day + 4) % 7) + 7) % 7;
}

/** Which day it is in a time zone, wherever the browser is. */
export function today(zone) {
  const parts = { year: "numeric", month: "numeric", day: "numeric" };
  const written = calendarOf(zone, parts).formatToParts(new Date());
  const { year, month, day } = Object.fromEntries(written.map(({ type, value }) => [type, Number(value)]));
  return gregorian.toDay(year, month, day);
}

function calendarOf(timeZone, parts) {
  const tag = "en-u-ca-gregory-nu-latn";
  try {
    return new Intl.DateTimeFormat(tag, { timeZone, ...parts });
  } catch {
    // A browser older than that zone.
    return new Intl.DateTimeFormat(tag, parts);
  }
}

/** Another month, on the same date or the last one there is. */
export function addMonths(calendar, day, months) {
  const [year, month, date] = calendar.fromDay(day);
  const index = year * 12 + month - 1 + months;
  const [newYear, newMonth] = [Math.floor(index / 12), (index % 12) + 1];
  return calendar.toDay(newYear, newMonth, Math.min(date, calendar.length(newYear, newMonth)));
}

/** Year first, any separator, any digits; a small year is a Jalali one. Null when it is no day. */
export function parse(text) {
  const found = /^\s*(\d{4})\D(\d{1,2})\D(\d{1,2})\s*$/.exec(latinDigits(text));
  if (!found) return null;

  const [year, month, date] = found.slice(1).map(Number);
  const calendar = year < 1700 ? jalali : gregorian;
  const exists = month >= 1 && month <= 12 && date >= 1 && date <= calendar.length(year, month);
  return exists ? calendar.toDay(year, month, date) : null;
}

function latinDigits(text) {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => digit.charCodeAt(0) & 15);
}

function isLeap(year) {
  return (25 * year + 11) % 33 < 8;
}

function leapsBefore(year) {
  let count = Math.floor(year / 33) * 8;
  for (let k = 0; k < year % 33; k++) count += isLeap(k) ? 1 : 0;
  return count;
}

function yearStart(year) {
  return (year - 1178) * 365 + leapsBefore(year) - LEAPS_BEFORE_EPOCH;
}
