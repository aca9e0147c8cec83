// While a card is held, the edges of a right-to-left board scroll it: the dragging library knows only the other way.

const REACH = 60;
const STEP = 9;
let pointer = null;
let frame = 0;

for (const name of ["pointermove", "touchmove"]) {
  document.addEventListener(name, (event) => (pointer = event.touches?.[0] ?? event), { passive: true });
}

export function followEdges(board) {
  if (getComputedStyle(board).direction === "rtl") frame = requestAnimationFrame(() => scroll(board));
}

export function leaveEdges() {
  cancelAnimationFrame(frame);
}

function scroll(board) {
  const box = board.getBoundingClientRect();
  const isWithin = pointer && Math.abs(pointer.clientY - box.y - box.height / 2) < box.height / 2;
  const fromMiddle = pointer ? pointer.clientX - box.x - box.width / 2 : 0;
  if (isWithin && Math.abs(fromMiddle) > box.width / 2 - REACH) board.scrollBy(Math.sign(fromMiddle) * STEP, 0);
  frame = requestAnimationFrame(() => scroll(board));
}
