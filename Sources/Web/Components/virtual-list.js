// A list of any length of which only what can be seen exists as elements. It scrolls with the page or with
// whatever scrolls around it.

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {string} kind Views are used again for items of the same kind.
 * @property {number} height Pixels; measured again once shown if `isMeasured`.
 * @property {boolean} [isMeasured]
 * @property {boolean} [isLast]
 * @property {boolean} [isApart] of a row: it stands under no head of its provider
 * @property {any} [data]
 */
/**
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {(item: Item, index: number) => void} bind Shows an item; also called when its data may have changed.
 * @property {(now: number) => void} [tick] Lets ages and countdowns move on.
 * @property {() => void} [release]
 */

const margin = 240;
const rest = 120;

export class VirtualList {
  /** @type {Item[]} */
  #items = [];
  /** @type {number[]} */
  #tops = [0];
  /** @type {Map<string, View & {kind: string, index: number}>} */
  #views = new Map();
  /** @type {Map<string, View[]>} */
  #spare = new Map();
  /** @type {Map<string, number>} */
  #measured = new Map();
  #frame = 0;
  #isWatching = false;
  #timer = 0;
  #boxAt = -1;
  #top = 0;

  /**
   * @param {HTMLElement} container
   * @param {(kind: string) => View} create
   */
  constructor(container, create) {
    this.container = container;
    this.create = create;
    this.sizes = new ResizeObserver((entries) => this.#remeasure(entries));
  }

  /** Watches for scrolling anywhere. */
  start() {
    if (this.#isWatching) return;
    this.#isWatching = true;
    document.addEventListener("scroll", this.#schedule, { capture: true, passive: true });
    addEventListener("resize", this.#schedule, { passive: true });
    this.#schedule();
  }

  stop() {
    this.#isWatching = false;
    document.removeEventListener("scroll", this.#schedule, { capture: true });
    removeEventListener("resize", this.#schedule);
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = 0;
  }

  /** @param {Item[]} items */
  show(items) {
    this.#items = items;
    // Read before writing: otherwise the browser has to lay the page out twice.
    this.#place();
    this.#layOut();
    this.#render(true);
  }

  /** Lets go of every view: those to come are created anew. */
  clear() {
    for (const [key, view] of [...this.#views]) this.#retire(key, view);
    for (const views of this.#spare.values()) for (const view of views) view.element.remove();
    this.#spare.clear();
    this.#measured.clear();
  }

  /** @param {number} now */
  tick(now) {
    for (const view of this.#views.values()) view.tick?.(now);
  }

  /**
   * Where an item begins.
   *
   * @param {string} key
   */
  indexOf(key) {
    return this.#items.findIndex((item) => item.key === key);
  }

  get items() {
    return this.#items;
  }

  /**
   * The element that shows an item, if it is near the screen.
   *
   * @param {string} key
   */
  elementOf(key) {
    return this.#views.get(key)?.element ?? null;
  }

  /**
   * Brings an item into view.
   *
   * @param {string} key
   * @param {number} [headroom] what may cover the top
   */
  reveal(key, headroom = 60) {
    const index = this.indexOf(key);
    if (index < 0) return;
    const box = this.container.getBoundingClientRect();
    const top = box.top + this.#tops[index];
    const bottom = box.top + this.#tops[index + 1];
    if (top < headroom) scrollBy({ top: top - headroom });
    else if (bottom > innerHeight - 16) scrollBy({ top: bottom - innerHeight + 16 });
    this.#boxAt = -1;
    this.#render(false);
  }

  #schedule = () => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render(false);
    });
  };

  #layOut() {
    const tops = new Array(this.#items.length + 1);
    tops[0] = 0;
    for (let index = 0; index < this.#items.length; index += 1) {
      const item = this.#items[index];
      const height = (item.isMeasured && this.#measured.get(item.key)) || item.height;
      tops[index + 1] = tops[index] + height;
    }
    this.#tops = tops;
    this.container.style.height = `${tops[this.#items.length]}px`;
  }

  /** Where the list is, read once a frame. */
  #place() {
    const frame = Number(document.timeline.currentTime ?? 0);
    if (frame !== this.#boxAt) {
      const { top } = this.container.getBoundingClientRect();
      this.#boxAt = frame;
      this.#top = top;
    }
    return { top: this.#top, bottom: this.#top + this.#tops[this.#items.length] };
  }

  /**
   * The first item whose end lies below `y`.
   *
   * @param {number} y
   */
  #at(y) {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1] > y) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** @param {boolean} isNew whether views must show their data again */
  #render(isNew) {
    const box = this.#place();
    const first = this.#at(-box.top - margin);
    const last = Math.min(this.#items.length, this.#at(innerHeight - box.top + margin) + 1);
    /** @type {Map<string, number>} */
    const wanted = new Map();
    if (box.bottom > -margin && box.top < innerHeight + margin) {
      for (let index = first; index < last; index += 1) wanted.set(this.#items[index].key, index);
    }
    const root = /** @type {ShadowRoot | Document} */ (this.container.getRootNode());
    for (const [key, view] of this.#views) {
      if (wanted.has(key)) continue;
      // What holds the focus stays, so that the keyboard does not lose its place.
      if (root.activeElement && view.element.contains(root.activeElement)) {
        const index = this.indexOf(key);
        if (index >= 0) {
          wanted.set(key, index);
          continue;
        }
      }
      this.#retire(key, view);
    }
    let isMixed = isNew;
    for (const [key, index] of wanted) {
      const item = this.#items[index];
      let view = this.#views.get(key);
      const isFresh = !view;
      if (!view) {
        const made = this.#spare.get(item.kind)?.pop() ?? this.create(item.kind);
        view = Object.assign(made, { kind: item.kind, index: -1 });
        this.#views.set(key, view);
        // A view that is used again stays where it is: taking it out and in again costs more than all the rest.
        if (!view.element.isConnected) this.container.append(view.element);
        isMixed = true;
      }
      if (isFresh || isNew) view.bind(item, index);
      if (view.index !== index || isFresh || isNew) {
        view.index = index;
        view.element.style.transform = `translateY(${this.#tops[index]}px)`;
        if (item.isMeasured) this.sizes.observe(view.element);
        else view.element.style.height = `${item.height}px`;
      }
    }
    for (const views of this.#spare.values()) for (const view of views) view.element.remove();
    if (!isMixed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sort(), rest);
  }

  /** Puts elements in reading order, for the Tab key and screen readers, once the scrolling rests. */
  #sort() {
    const views = [...this.#views.values()].sort((a, b) => b.index - a.index);
    let before = /** @type {Element | null} */ (null);
    for (const { element } of views) {
      if (element.nextElementSibling !== before && !holdsFocus(element)) this.container.insertBefore(element, before);
      before = element;
    }
  }

  /** @param {string} key @param {View & {kind: string}} view */
  #retire(key, view) {
    this.#views.delete(key);
    this.sizes.unobserve(view.element);
    view.release?.();
    const spare = this.#spare.get(view.kind) ?? [];
    if (spare.length < 24) spare.push(view);
    else view.element.remove();
    this.#spare.set(view.kind, spare);
  }

  /** @param {ResizeObserverEntry[]} entries */
  #remeasure(entries) {
    let hasChanged = false;
    for (const [key, view] of this.#views) {
      const entry = entries.find((candidate) => candidate.target === view.element);
      if (!entry) continue;
      const height = Math.ceil(entry.borderBoxSize[0].blockSize);
      if (height > 0 && this.#measured.get(key) !== height) {
        this.#measured.set(key, height);
        hasChanged = true;
      }
    }
    if (!hasChanged) return;
    this.#layOut();
    for (const view of this.#views.values()) {
      view.element.style.transform = `translateY(${this.#tops[view.index]}px)`;
    }
    this.#schedule();
  }
}

/** @param {Element} element */
function holdsFocus(element) {
  const root = /** @type {ShadowRoot | Document} */ (element.getRootNode());
  return root.activeElement !== null && root.activeElement !== element && element.contains(root.activeElement);
}
