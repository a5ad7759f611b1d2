// A menu at a button: arrow keys, Escape, and closing when the focus goes elsewhere.

import { icon, make } from "./dom.js";

/** @typedef {{text: string, icon?: Parameters<typeof icon>[0], hint?: string, isApart?: boolean, run: () => void}} MenuEntry */

/**
 * Opens a menu below (or above) a button.
 *
 * @param {HTMLElement} root where to put it, inside the shadow root
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {MenuEntry[]} entries
 */
export function openMenu(root, anchor, label, entries) {
  root.querySelector(".menu")?.remove();
  const menu = make("div", { class: "menu", role: "menu", "aria-label": label, popover: "manual" });
  const close = (/** @type {boolean} */ isBack) => {
    removeEventListener("scroll", onScroll, true);
    removeEventListener("pointerdown", onPointer, true);
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (isBack) anchor.focus();
  };
  const onScroll = () => close(false);
  const onPointer = (/** @type {Event} */ event) => { if (!event.composedPath().includes(menu)) close(false); };
  for (const entry of entries) {
    const item = make("button", { class: "menu-item", role: "menuitem", type: "button", tabindex: "-1", "data-apart": entry.isApart },
      make("span", { text: entry.text }), entry.hint ? make("span", { class: "menu-hint", text: entry.hint }) : null);
    item.addEventListener("click", () => {
      close(true);
      entry.run();
    });
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    const items = /** @type {HTMLElement[]} */ ([...menu.children]);
    const at = items.indexOf(/** @type {HTMLElement} */ (event.target));
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 });
    if (event.key in steps) items[(steps[event.key] + items.length) % items.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.append(menu);
  menu.showPopover();
  const box = anchor.getBoundingClientRect();
  const own = menu.getBoundingClientRect();
  const top = box.bottom + 6 + own.height > innerHeight - 8 ? Math.max(8, box.top - 6 - own.height) : box.bottom + 6;
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.min(Math.max(8, box.right - own.width), innerWidth - own.width - 8)}px`;
  anchor.setAttribute("aria-expanded", "true");
  /** @type {HTMLElement} */ (menu.firstElementChild)?.focus({ preventScroll: true });
  addEventListener("pointerdown", onPointer, true);
  requestAnimationFrame(() => addEventListener("scroll", onScroll, true));
}
