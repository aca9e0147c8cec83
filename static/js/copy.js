// data-copy="<id of a field>" puts what stands in it on the clipboard and says so in its own label for a moment.

const said = new WeakMap();

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const field = button && document.getElementById(button.dataset.copy);
  if (!field) return;

  field.select();
  // Outside of HTTPS there is no clipboard to write to; then the text is selected, ready for Ctrl C.
  await navigator.clipboard?.writeText(field.value);
  if (navigator.clipboard) say(button, button.dataset.copied);
});

function say(button, words) {
  // Pressed again, it says so a moment longer.
  clearTimeout(said.get(button)?.timer);
  const usual = said.get(button)?.usual ?? button.ariaLabel;
  button.ariaLabel = button.title = words;
  const timer = setTimeout(() => {
    button.ariaLabel = usual;
    button.removeAttribute("title");
    said.delete(button);
  }, 3000);
  said.set(button, { timer, usual });
}
