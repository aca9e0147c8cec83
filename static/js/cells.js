// data-cell: what a cell of a list shows is changed in its place, after a double click, Enter or F2. Arrows move from cell
// to cell; Enter keeps what was typed, Escape leaves it as it was. To begin another cell keeps it, too, before that
// one opens: their fields have the same ids, and cells of one record its version.

const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let next = null;

document.addEventListener("dblclick", (event) => begin(event.target.closest("[data-cell]")));

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-cell-leave]");
  const cell = way?.closest("[data-cell]");
  if (cell) {
    event.preventDefault();
    leave(cell);
  }
});

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-cell]");
  if (!cell || event.defaultPrevented) return;
  if (event.target !== cell) {
    if (event.key === "Escape" && cell.querySelector("[data-cell-form]")) leave(cell);
  } else if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    begin(cell);
  } else if (steps[event.key]) {
    event.preventDefault();
    beside(cell, steps[event.key])?.focus();
  }
});

// The first cell that can be changed is reached by Tab, the others from there by arrows.
document.addEventListener("htmx:after:process", reachable);
document.addEventListener("focusin", (event) => {
  const cell = event.target.closest?.("[data-cell]");
  if (cell) reachOnly(cell);
});
reachable();

// The form went with what it stood in: the cell keeps the focus.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const cell = ctx.target?.matches?.("[data-cell]") && ctx.target;
  if (cell && document.activeElement === document.body) cell.focus();
  const onward = cell && next;
  if (cell) next = null;
  if (onward?.isConnected && !openForm(onward)) begin(onward);
});

function begin(cell) {
  if (!cell || cell.matches(".htmx-request, :has([data-cell-form])")) return;
  const form = openForm(cell);
  if (form?.querySelector("[aria-invalid]")) {
    form.querySelector("[aria-invalid]").focus();
  } else if (form && isChanged(form)) {
    next = cell;
    form.requestSubmit();
  } else {
    form?.remove();
    cell.dispatchEvent(new CustomEvent("cell:edit"));
  }
}

const openForm = (cell) => cell.closest("table").querySelector("[data-cell-form]");

function isChanged(form) {
  return [...form.querySelectorAll("input, select, textarea")].some((field) => {
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  });
}

function leave(cell) {
  cell.querySelector("[data-cell-form]").remove();
  cell.focus();
}

function beside(cell, [down, across]) {
  const onward = getComputedStyle(cell).direction === "rtl" ? -across : across;
  const row = cell.parentElement;
  const rows = [...row.parentElement.rows].filter((one) => one.querySelector("[data-cell]"));
  const target = rows[rows.indexOf(row) + down];
  if (down) return target?.cells[cell.cellIndex];
  const cells = [...row.querySelectorAll("[data-cell]")].filter((one) => one.checkVisibility());
  return cells[cells.indexOf(cell) + onward];
}

function reachable() {
  for (const table of document.querySelectorAll("table:has([data-cell]):not(:has([data-cell][tabindex='0']))")) {
    table.querySelector("[data-cell]").tabIndex = 0;
  }
}

function reachOnly(cell) {
  for (const other of cell.closest("table").querySelectorAll("[data-cell][tabindex='0']")) other.tabIndex = -1;
  cell.tabIndex = 0;
}
