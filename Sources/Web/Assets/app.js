// The page: hosts the dashboard, opens a model's report, remembers the theme.

import "/components/dashboard.js";
import "/components/badge.js";
import "/components/timeline.js";
import { clientFor } from "/components/client.js";
import { moment } from "/components/format.js";

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const dialog = /** @type {HTMLDialogElement} */ (element("report"));
const { api, fleet } = clientFor("");
let asked = "";

/**
 * Opens the report of a model.
 *
 * @param {string} id
 * @param {boolean} [isNew] whether the address is to say so
 */
async function open(id, isNew = true) {
  asked = id;
  element("report-title").textContent = id;
  const model = fleet.models.get(id);
  element("report-text").textContent = model?.reasons[0]?.message ?? "";
  element("report-badge").setAttribute("model-id", id);
  const timeline = document.createElement("llm-health-timeline");
  timeline.setAttribute("model-id", id);
  timeline.setAttribute("time-range", "24h");
  element("report-body").replaceChildren(timeline);
  if (!dialog.open) dialog.showModal();
  if (isNew) history.pushState({}, "", `?model=${encodeURIComponent(id)}`);
  document.title = `${id} – LLM health`;
  try {
    const { text } = await api.get("health/explain", { modelId: id });
    if (asked === id) element("report-text").textContent = text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (/** @type {string} */ time) => moment(time));
  } catch { /* the reason alone has to do */ }
}

/** Follows the address: back closes the report, forward opens it again. */
function follow() {
  const id = new URLSearchParams(location.search).get("model");
  if (id) open(id, false);
  else if (dialog.open) dialog.close();
}

dialog.addEventListener("close", () => {
  element("report-body").replaceChildren();
  element("report-badge").removeAttribute("model-id");
  asked = "";
  showTitle();
  if (new URLSearchParams(location.search).has("model")) history.pushState({}, "", location.pathname);
});
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
element("report-close").addEventListener("click", () => dialog.close());
element("dashboard").addEventListener("model-select", (event) => open(/** @type {CustomEvent} */ (event).detail.modelId));
// Its report is open already.
element("report-badge").addEventListener("badge-click", (event) => event.preventDefault());
addEventListener("popstate", follow);

addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  if (event.key !== "/" || dialog.open || event.ctrlKey || event.metaKey || target.matches?.("input, select, textarea")) return;
  event.preventDefault();
  /** @type {any} */ (element("dashboard")).focusSearch();
});

// The title says how many models are down, for whoever has the page among many tabs.

function showTitle() {
  if (asked) return;
  const down = fleet.summary?.counts.unhealthy ?? 0;
  const title = down > 0 ? `(${down}) LLM health` : "LLM health";
  if (document.title !== title) document.title = title;
}

clientFor("").subscribe({ fleet: showTitle });

// Theme

const themes = ["system", "light", "dark"];

function storedTheme() {
  try {
    return localStorage.getItem("llm-health-theme") ?? "system";
  } catch {
    return "system";
  }
}

/** @param {string} theme */
function setTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  element("theme").textContent = `Theme: ${theme}`;
}

element("theme").addEventListener("click", () => {
  const next = themes[(themes.indexOf(storedTheme()) + 1) % themes.length];
  try {
    localStorage.setItem("llm-health-theme", next);
  } catch { /* it lasts as long as the page */ }
  setTheme(next);
});

setTheme(storedTheme());
follow();
