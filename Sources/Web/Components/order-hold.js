// Whether rows stay where they are: somebody points at one, or moves among them by the keyboard.

/** For so long after the last move. */
const holdFor = 30_000;

export class OrderHold {
  #isPointedAt = false;
  #touchedAt = 0;

  /**
   * @param {HTMLElement} list
   * @param {() => void} ended called when pointer or focus have left
   */
  constructor(list, ended) {
    this.list = list;
    for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) {
      list.addEventListener(name, () => { this.#touchedAt = Date.now(); }, { passive: true });
    }
    list.addEventListener("pointerenter", () => { this.#isPointedAt = true; });
    list.addEventListener("pointerleave", () => {
      this.#isPointedAt = false;
      ended();
    });
    list.addEventListener("focusout", ended);
  }

  get holds() {
    const focused = /** @type {ShadowRoot} */ (this.list.getRootNode()).activeElement ?? null;
    return (this.#isPointedAt || this.list.contains(focused)) && Date.now() - this.#touchedAt < holdFor;
  }
}
