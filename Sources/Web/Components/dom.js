// Making and changing elements. Data reaches the page as text nodes and attributes only, never as markup.

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * Makes an HTML element.
 *
 * @param {string} name
 * @param {Record<string, unknown>} [options] `class`, `text`, `data` (an object), `onclick`…, or any attribute.
 *   An attribute that is `null`, `undefined` or `false` is left out; `true` is written empty.
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function make(name, options = {}, ...children) {
  const node = document.createElement(name);
  set(node, options);
  node.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== undefined)));
  return node;
}

/**
 * Makes an SVG element; all options are attributes.
 *
 * @param {string} name
 * @param {Record<string, unknown>} [attributes]
 * @param {...Node} children
 * @returns {SVGElement}
 */
export function draw(name, attributes = {}, ...children) {
  const node = document.createElementNS(svgNamespace, name);
  set(node, attributes);
  node.append(...children);
  return /** @type {SVGElement} */ (node);
}

/**
 * @param {Element} node
 * @param {Record<string, unknown>} options
 */
export function set(node, options) {
  for (const [key, value] of Object.entries(options)) {
    if (key.startsWith("on") && typeof value === "function") {
      node.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    } else if (key === "text") {
      write(node, String(value));
    } else if (key === "data") {
      for (const [name, entry] of Object.entries(/** @type {object} */ (value))) mark(node, `data-${name}`, entry);
    } else {
      mark(node, key, value);
    }
  }
}

/**
 * Sets an attribute only where it differs.
 *
 * @param {Element} node
 * @param {string} name
 * @param {unknown} value
 */
export function mark(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

/**
 * Sets a text only where it differs: what is selected or being read out stays as it is.
 *
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Shows or hides a node.
 *
 * @param {HTMLElement | SVGElement} node
 * @param {boolean} isShown
 */
export function show(node, isShown) {
  mark(node, "hidden", !isShown);
}

/**
 * Text for those who listen rather than look.
 *
 * @param {string} text
 */
export const spoken = (text) => make("span", { class: "spoken", text });

/**
 * A picture of one of the small line icons.
 *
 * @param {keyof typeof icons} name
 */
export function icon(name) {
  return draw("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, draw("path", { d: icons[name] ?? "" }));
}

const icons = {
  chevron: "M6 3.8 10.2 8 6 12.2",
  check: "M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.4 2v3h-3",
  more: "M3.4 8h.01M8 8h.01M12.6 8h.01",
  search: "M7 11.6a4.6 4.6 0 1 0 0-9.2 4.6 4.6 0 0 0 0 9.2M10.4 10.4l3.2 3.2",
  close: "m4 4 8 8m0-8-8 8",
  plus: "M8 3.4v9.2M3.4 8h9.2",
  minus: "M3.4 8h9.2",
  reset: "M3 6.4V3.2M3 6.4h3.2M3.4 6.2A5.2 5.2 0 1 1 2.8 8.6",
  open: "M6.4 3.4H3.2v9.4h9.4V9.6M9.4 3h3.6v3.6M12.8 3.2 7.6 8.4",
  note: "M3 3h10v7.4H7.6L4.8 13v-2.6H3z",
  acknowledge: "m3.2 8.6 3.2 3.2 6.4-7.4",
  silence: "M4.4 11.2h7.2c-.9-1-1.2-2-1.2-4.2A2.4 2.4 0 0 0 8 4.4a2.4 2.4 0 0 0-2.4 2.6c0 2.2-.3 3.2-1.2 4.2M7 13.4h2M2.8 2.8l10.4 10.4",
  pause: "M5.4 3.6v8.8M10.6 3.6v8.8",
  maintenance: "M8 2.8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 8 2.8M8 5.2V8l2 1.6",
};
