// data-reveal="<id of a password field>" shows what stands in it while pressed in, and hides it when the form is sent.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (button) show(button, button.getAttribute("aria-pressed") !== "true");
});

document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[data-reveal]")) show(button, false);
});

function show(button, isShown) {
  const field = document.getElementById(button.dataset.reveal);
  if (!field) return;
  field.type = isShown ? "text" : "password";
  button.setAttribute("aria-pressed", String(isShown));
}
