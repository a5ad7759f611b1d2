// The page: hosts the dashboard, opens a model's report, remembers the theme.

import "/components/dashboard.js";
import "/components/badge.js";
import "/components/timeline.js";
import { clientFor } from "/components/client.js";
import { followZone, showUTC, withTimes, zoneName } from "/components/format.js";

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
  const params = new URLSearchParams(location.search);
  timeline.setAttribute("time-range", (!isNew && params.get("range")) || "24h");
  if (!isNew && params.has("from") && params.has("to")) {
    /** @type {any} */ (timeline).view = { from: Date.parse(params.get("from") ?? ""), to: Date.parse(params.get("to") ?? "") };
  }
  timeline.addEventListener("view-change", (event) => writeAddress({ model: id, .../** @type {CustomEvent} */ (event).detail }, reportKeys));
  element("report-body").replaceChildren(timeline);
  if (!dialog.open) dialog.showModal();
  if (isNew) writeAddress({ model: id }, reportKeys, true);
  document.title = `${id} – LLM health`;
  try {
    const { text } = await api.get("health/explain", { modelId: id });
    if (asked === id) element("report-text").textContent = withTimes(text);
  } catch { /* the reason alone has to do */ }
}

// What is looked at stands in the address: a link shows others the same, and a reload leaves it as it was.

const listKeys = ["q", "show", "sort", "reversed", "group"];
const reportKeys = ["model", "range", "from", "to"];

/**
 * @param {Record<string, string>} params
 * @param {string[]} keys those that are written anew; the others stay
 * @param {boolean} [isStep] whether the way back leads to what was looked at before
 */
function writeAddress(params, keys, isStep = false) {
  const all = new URLSearchParams(location.search);
  for (const key of keys) all.delete(key);
  for (const [key, value] of Object.entries(params)) all.set(key, value);
  const address = `${location.pathname}${all.size > 0 ? `?${all}` : ""}`;
  if (isStep) history.pushState({}, "", address);
  else history.replaceState({}, "", address);
}

element("dashboard").addEventListener("view-change", (event) => writeAddress(/** @type {CustomEvent} */ (event).detail, listKeys));

// "?view=wall": for a big screen.
const isWall = new URLSearchParams(location.search).get("view") === "wall";
document.body.toggleAttribute("data-wall", isWall);
element("dashboard").toggleAttribute("wall", isWall);

/** Follows the address: back closes the report, forward opens it again. */
function follow() {
  /** @type {any} */ (element("dashboard")).adoptView(new URLSearchParams(location.search));
  const id = new URLSearchParams(location.search).get("model");
  if (id) open(id, false);
  else if (dialog.open) dialog.close();
}

dialog.addEventListener("close", () => {
  element("report-body").replaceChildren();
  element("report-badge").removeAttribute("model-id");
  asked = "";
  showTitle();
  if (new URLSearchParams(location.search).has("model")) writeAddress({}, reportKeys, true);
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

// Title and icon say how it stands, for whoever has the page among many tabs.

function showTitle() {
  const status = fleet.summary?.status ?? "unknown";
  const icon = /** @type {HTMLLinkElement} */ (document.querySelector("link[rel=icon]"));
  const source = fleet.summary ? `/assets/icon-${status}.svg` : "/assets/icon.svg";
  if (icon.getAttribute("href") !== source) icon.href = source;
  if (asked) return;
  const down = fleet.summary?.counts.unhealthy ?? 0;
  const title = down > 0 ? `(${down}) LLM health` : "LLM health";
  if (document.title !== title) document.title = title;
}

clientFor("").subscribe({ fleet: showTitle });

// Zone

const zoneButton = element("zone");

function showZone() {
  zoneButton.textContent = `Times: ${zoneName()}`;
  zoneButton.setAttribute("aria-pressed", String(isUTC()));
}

function isUTC() {
  try {
    return localStorage.getItem("llm-health-zone") === "UTC";
  } catch {
    return zoneName() === "UTC";
  }
}

zoneButton.addEventListener("click", () => {
  const next = zoneName() !== "UTC" || !isUTC();
  try {
    localStorage.setItem("llm-health-zone", next ? "UTC" : "local");
  } catch { /* it lasts as long as the page */ }
  showUTC(next);
  showZone();
});
followZone(showZone);
showUTC(isUTC());
showZone();

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
