// data-board-unreachable: what the board says when a move could not be told to the server.

export function sayUnreachable() {
  const toast = document.querySelector("[data-board-unreachable]");
  if (toast) document.getElementById("toasts").append(toast.content.cloneNode(true));
}
