// data-picker: a text input and the records it may mean. Arrows go through them, choosing one writes its name.

document.addEventListener("input", (event) => {
  const picker = pickerOf(event.target);
  if (!picker || event.target.type === "radio") return;
  for (const radio of radiosOf(picker)) radio.checked = false;
  event.target.setAttribute("aria-invalid", "false");
});

document.addEventListener("change", (event) => {
  const picker = pickerOf(event.target);
  if (!picker || event.target.type !== "radio") return;
  inputOf(picker).value = event.target.dataset.pickerName;
  inputOf(picker).setAttribute("aria-invalid", "false");
});

document.addEventListener("click", (event) => {
  const picker = pickerOf(event.target);
  if (picker && event.target.type === "radio" && event.detail) settle(picker);
});

document.addEventListener("keydown", (event) => {
  const picker = pickerOf(event.target);
  const choices = picker && choicesOf(picker);
  if (!choices || choices.hidden || event.isComposing) return;

  if (event.key === "ArrowDown" && event.target === inputOf(picker)) {
    event.preventDefault();
    choose(radiosOf(picker)[0]);
  } else if (event.key === "Enter" && event.target.type === "radio") {
    event.preventDefault();
    settle(picker);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    settle(picker);
  }
}, true);

// The focus stays in the picker, or what is pressed would be gone before it is let go.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.(".picker__choices--floating")) event.preventDefault();
});

document.addEventListener("focusout", (event) => {
  const picker = pickerOf(event.target);
  const floats = picker && choicesOf(picker)?.matches(".picker__choices--floating");
  if (floats && event.relatedTarget && !picker.contains(event.relatedTarget)) choicesOf(picker).hidden = true;
});

// Suggestions that come after one has chosen or left would take the choice back, or lie over what is filled in next.
document.addEventListener("htmx:before:swap", (event) => {
  const source = event.detail.ctx.sourceElement;
  const picker = source?.matches?.("[data-picker] input") && pickerOf(source);
  if (!picker) return;
  const isChosen = radiosOf(picker).some((radio) => radio.checked);
  if (isChosen || !picker.contains(document.activeElement)) event.preventDefault();
});

function choose(radio) {
  if (!radio) return;
  radio.focus();
  radio.click();
}

function settle(picker) {
  inputOf(picker).focus();
  if (choicesOf(picker)) choicesOf(picker).hidden = true;
}

function pickerOf(element) {
  return element.closest?.("[data-picker]");
}

function inputOf(picker) {
  return picker.querySelector("input:not([type=radio], [type=hidden])");
}

function choicesOf(picker) {
  return picker.querySelector("[role=radiogroup]");
}

function radiosOf(picker) {
  return [...picker.querySelectorAll("[role=radiogroup] input[type=radio]")];
}
