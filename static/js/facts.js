// A fact being edited in place: Escape leaves it as it was.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const form = event.target.closest?.("[data-facts]");
  form?.querySelector("[data-facts-cancel]")?.click();
});
