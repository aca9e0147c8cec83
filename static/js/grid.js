/* A sheet of inputs: arrows and Enter move from cell to cell, a block copied from a spreadsheet fills many. */

document.addEventListener("keydown", (event) => {
  const input = cellOf(event.target);
  if (!input || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = stepOf(event, input);
  if (!step) return;
  const next = beside(input, step);
  event.preventDefault();
  if (!next) return;
  next.focus();
  next.select();
});

document.addEventListener("paste", (event) => {
  const input = cellOf(event.target);
  const text = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (!input || !text || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  text.split("\n").forEach((line, down) => {
    line.split("\t").forEach((value, across) => fill(beside(input, { down, across }), value.trim()));
  });
});

document.addEventListener("input", (event) => {
  const input = cellOf(event.target);
  if (input) mark(input);
});

function cellOf(target) {
  return target.matches?.("[data-grid] td input") ? target : null;
}

function stepOf(event, input) {
  const onward = getComputedStyle(input.closest("table")).direction === "rtl" ? -1 : 1;
  if (event.key === "Enter") return { down: event.shiftKey ? -1 : 1, across: 0 };
  if (event.key === "ArrowDown") return { down: 1, across: 0 };
  if (event.key === "ArrowUp") return { down: -1, across: 0 };
  if (event.shiftKey) return null;
  if (event.key === "ArrowRight" && isAtEnd(input)) return { down: 0, across: onward };
  if (event.key === "ArrowLeft" && isAtStart(input)) return { down: 0, across: -onward };
  return null;
}

function isAtStart(input) {
  return input.selectionStart === 0 && (input.selectionEnd === 0 || isWhole(input));
}

function isAtEnd(input) {
  return input.selectionEnd === input.value.length && (input.selectionStart === input.value.length || isWhole(input));
}

function isWhole(input) {
  return input.selectionStart === 0 && input.selectionEnd === input.value.length;
}

/* Rows without inputs, such as sums, are passed over. */
function beside(input, { down, across }) {
  const rows = [...input.closest("table").rows].filter((row) => row.querySelector("td input"));
  const cells = (row) => [...row.querySelectorAll("td input")];
  const row = input.closest("tr");
  const target = rows[rows.indexOf(row) + down];
  return target ? cells(target)[cells(row).indexOf(input) + across] : undefined;
}

function fill(input, value) {
  if (!input) return;
  input.value = value;
  mark(input);
}

function mark(input) {
  input.toggleAttribute("data-grid-changed", input.value !== input.defaultValue);
}
