// Wheel, drag, pinch and keyboard on a chart, turned into zooming, panning and reading.

/**
 * @typedef {object} Moves
 * @property {(factor: number, share: number) => boolean} zoom `share` 0…1 of the width stays where it is; says whether anything moved
 * @property {(share: number) => boolean} pan by a share of the width
 * @property {() => void} reset
 * @property {(to: "start" | "now") => void} jump
 * @property {(share: number | null, isSpoken: boolean) => void} read looks at a place; `null` looks away
 * @property {() => number | null} reading where is being looked, 0…1
 */

/**
 * @param {HTMLElement} element
 * @param {Moves} moves
 */
export function listenToChart(element, moves) {
  const share = (/** @type {number} */ clientX) => {
    const box = element.getBoundingClientRect();
    return Math.min(Math.max((clientX - box.left) / Math.max(1, box.width), 0), 1);
  };

  element.addEventListener("wheel", (event) => {
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const lines = event.deltaMode === 1 ? 18 : 1;
    let hasMoved;
    if (isSideways) {
      hasMoved = moves.pan(((event.deltaX || event.deltaY) * lines) / element.clientWidth);
    } else {
      hasMoved = moves.zoom(Math.exp(Math.min(Math.max(event.deltaY * lines, -200), 200) * 0.0022), share(event.clientX));
    }
    // At the end of the zoom the page scrolls on.
    if (hasMoved) event.preventDefault();
    moves.read(share(event.clientX), false);
  }, { passive: false });

  /** @type {Map<number, number>} */
  const pointers = new Map();
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || /** @type {Element} */ (event.target).closest(".flag")) return;
    pointers.set(event.pointerId, event.clientX);
    element.setPointerCapture(event.pointerId);
    element.toggleAttribute("data-dragging", true);
  });
  element.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType !== "touch") moves.read(share(event.clientX), false);
      return;
    }
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      pointers.set(event.pointerId, event.clientX);
      const [c, d] = [...pointers.values()];
      const old = Math.max(8, Math.abs(a - b));
      moves.zoom(old / Math.max(8, Math.abs(c - d)), share((c + d) / 2));
      return;
    }
    pointers.set(event.pointerId, event.clientX);
    moves.pan((before - event.clientX) / element.clientWidth);
    moves.read(share(event.clientX), false);
  });
  const release = (/** @type {PointerEvent} */ event) => {
    pointers.delete(event.pointerId);
    element.toggleAttribute("data-dragging", pointers.size > 0);
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => moves.read(null, false));
  element.addEventListener("dblclick", (event) => moves.zoom(0.5, share(event.clientX)));

  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const reading = moves.reading();
    const step = event.key === "ArrowLeft" ? -1 : 1;
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight":
        if (event.shiftKey) moves.read(Math.min(Math.max((reading ?? 0.5) + step * 0.01, 0), 1), true);
        else moves.pan(step * 0.1);
        break;
      case "+":
      case "=":
      case "ArrowUp":
        moves.zoom(0.7, reading ?? 0.5);
        break;
      case "-":
      case "ArrowDown":
        moves.zoom(1 / 0.7, reading ?? 0.5);
        break;
      case "0":
        moves.reset();
        break;
      case "Home":
        moves.jump("start");
        break;
      case "End":
        moves.jump("now");
        break;
      case "Escape":
        // The first press looks away, the next one is for whoever is around us.
        if (reading === null) return;
        moves.read(null, false);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener("blur", () => moves.read(null, false));
}
