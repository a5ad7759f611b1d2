// Light or dark on the reference page: the choice is the dashboard's, kept under the same name.

import { base } from "/components/theme.js";
import { write } from "/components/dom.js";

const themes = ["system", "light", "dark"];
const storageKey = "llm-health-theme";

function storedTheme() {
  try {
    return localStorage.getItem(storageKey) ?? "system";
  } catch {
    return "system";
  }
}

/**
 * Gives the page the elements' look, and a button its choice of theme.
 *
 * @param {HTMLElement} button
 */
export function useTheme(button) {
  const root = document.documentElement;
  let theme = storedTheme();
  const adopt = () => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    write(button, `Theme: ${theme}`);
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try {
      localStorage.setItem(storageKey, theme);
    } catch { /* it lasts as long as the page */ }
    adopt();
  });
  addEventListener("storage", (event) => {
    if (event.key !== storageKey) return;
    theme = storedTheme();
    adopt();
  });
  adopt();
  document.adoptedStyleSheets = [base];
}
