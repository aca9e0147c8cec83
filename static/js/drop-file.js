// data-drop-file: a place to drop a file on, with its field all over it. Tells the name of the file that is chosen.

document.addEventListener("change", (event) => {
  const place = event.target.closest?.("[data-drop-file]");
  if (place) tell(place);
});

for (const moved of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(moved, ({ target, type }) => {
    const place = target.closest?.("[data-drop-file]");
    place?.toggleAttribute("data-drop-file-over", type === "dragenter" || type === "dragover");
  });
}

// Whoever comes back finds the file still chosen.
window.addEventListener("pageshow", () => document.querySelectorAll("[data-drop-file]").forEach(tell));

function tell(place) {
  const { files } = place.querySelector("[type=file]");
  place.querySelector("[data-drop-file-name]").textContent = files[0]?.name ?? "";
}
