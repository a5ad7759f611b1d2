// The status page: asks the daemon every two seconds and shows what it says. Nothing is computed here but ages.

const api = "/api/llm-manager/health/";
const every = 2_000;
const patience = 5_000;
const statuses = ["unhealthy", "degraded", "unknown", "healthy"];
const kinds = { gateway: "Gateway", localRuntime: "Local runtime", store: "Store", receiver: "Receiver", network: "Network" };
const svg = "http://www.w3.org/2000/svg";

const element = (id) => document.getElementById(id);
const rows = new Map();
let models = [];
let shown = null;
let lastAnswer = null;
let failingSince = null;
/** Milliseconds that the daemon's clock is ahead of this one. */
let skew = 0;

// Access token: kept for this tab alone.

function token() {
  try { return sessionStorage.getItem("token"); } catch { return null; }
}

function setToken(value) {
  try { value ? sessionStorage.setItem("token", value) : sessionStorage.removeItem("token"); } catch { /* private mode */ }
}

// Asking

class Refused extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title ?? "");
    this.problem = problem;
  }
}

async function get(path) {
  const headers = token() ? { Authorization: `Bearer ${token()}` } : {};
  const response = await fetch(api + path, { headers, cache: "no-cache", signal: AbortSignal.timeout(patience) });
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(date)) {
    const ahead = date + 500 - Date.now();
    skew = Math.abs(ahead) > 2_000 ? ahead : 0;
  }
  if (response.status === 401 || response.status === 403) throw new Refused(await response.json().catch(() => ({})));
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

async function poll() {
  try {
    const [list, summary] = await Promise.all([get("detailed"), get("summary")]);
    lastAnswer = Date.now();
    failingSince = null;
    models = list;
    element("token").hidden = true;
    showSummary(summary);
    showModels();
    beat();
  } catch (error) {
    if (error instanceof Refused) askForToken(error);
    else failingSince ??= Date.now();
  }
  showFreshness();
}

function askForToken(error) {
  failingSince = null;
  lastAnswer = null;
  element("token").hidden = false;
  element("token-error").textContent = token() ? error.message : "";
  element("board").hidden = true;
  element("components").hidden = true;
  headline("unknown", "An access token is needed", "");
}

// Showing

const now = () => Date.now() + skew;

/** Sets a text only where it differs: what is selected or being read out stays as it is. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function shape(status) {
  const picture = document.createElementNS(svg, "svg");
  picture.setAttribute("class", "shape");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `#shape-${status}`);
  picture.append(use);
  return picture;
}

function make(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function span(seconds) {
  const units = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];
  const whole = Math.max(0, Math.round(seconds));
  const first = units.findIndex(([size]) => whole >= size);
  if (first < 0) return "0 s";
  const [size, name] = units[first];
  const next = units[first + 1];
  const rest = next ? Math.floor((whole % size) / next[0]) : 0;
  return `${Math.floor(whole / size)} ${name}` + (rest > 0 ? ` ${rest} ${next[1]}` : "");
}

const since = (time) => span((now() - Date.parse(time)) / 1_000);

function duration(milliseconds) {
  if (milliseconds === null) return "–";
  if (milliseconds >= 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(2)} s`;
  return `${milliseconds >= 10 ? Math.round(milliseconds) : milliseconds.toFixed(1)} ms`;
}

function percent(share) {
  if (share === null) return "–";
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

function names(list, limit = 3) {
  const ids = list.slice(0, limit).map((model) => model.modelId);
  const rest = list.length - ids.length;
  if (rest > 0) return `${ids.join(", ")} and ${rest} more`;
  return ids.length < 2 ? ids.join("") : `${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}

function headline(status, text, detail) {
  element("headline").dataset.status = status;
  element("headline-shape").setAttribute("href", `#shape-${status}`);
  write(element("headline-text"), text);
  write(element("headline-detail"), detail);
}

function sentence({ counts, status }) {
  const are = (count, word) => `${count} of ${counts.total} ${counts.total === 1 ? "model" : "models"} ${count === 1 ? "is" : "are"} ${word}`;
  if (counts.total === 0) return "No model is watched yet";
  if (status === "healthy") return counts.total === 1 ? "The model is healthy" : `All ${counts.total} models are healthy`;
  if (counts.unknown === counts.total) return "Nothing is known of any model yet";
  if (status === "unhealthy") return "No model can be used";
  if (counts.unhealthy > 0) return are(counts.unhealthy, "unhealthy");
  if (counts.degraded > 0) return are(counts.degraded, "degraded");
  return are(counts.unknown, "unknown");
}

function showSummary(summary) {
  const { counts } = summary;
  const bad = models.filter((model) => model.status === "unhealthy");
  const weak = models.filter((model) => model.status === "degraded");
  const parts = [];
  if (bad.length > 0) parts.push(`Down: ${names(bad)}.`);
  if (weak.length > 0) parts.push(`Degraded: ${names(weak)}.`);
  if (counts.unknown > 0 && counts.unknown < counts.total) parts.push(`${counts.unknown} unknown.`);
  if (counts.idle > 0) parts.push(`${counts.idle} idle on this machine, not loaded.`);
  headline(summary.status, sentence(summary), parts.join(" "));
  document.title = counts.unhealthy > 0 ? `(${counts.unhealthy}) LLM health` : "LLM health";
  write(element("revision"), `Revision ${summary.revision}`);

  const list = element("components");
  list.hidden = summary.components.length === 0;
  list.replaceChildren(...summary.components.map((component) => {
    const item = make("li", "", shape(component.status),
      make("span", "", make("span", "kind", `${kinds[component.kind] ?? component.kind} `), make("b", "", component.name)));
    item.dataset.status = component.status;
    item.append(make("span", "reason", component.status === "healthy" ? "answers" : component.reason || component.status));
    return item;
  }));

  const group = element("counts");
  if (group.childElementCount === 0) {
    for (const status of ["healthy", "degraded", "unhealthy", "unknown"]) {
      const button = make("button", "", shape(status), make("b"), make("span", "", status));
      button.type = "button";
      button.dataset.status = status;
      button.addEventListener("click", () => {
        shown = shown === status ? null : status;
        showModels();
      });
      group.append(button);
    }
  }
  for (const button of group.children) {
    const count = counts[button.dataset.status];
    button.dataset.count = count;
    write(button.querySelector("b"), String(count));
  }
}

function makeRow(model) {
  const row = make("tr");
  row.setAttribute("role", "row");
  const cell = (className, label) => {
    const node = make("td", className);
    node.setAttribute("role", "cell");
    if (label) node.dataset.label = label;
    row.append(node);
    return node;
  };
  const parts = { row, status: cell("status") };
  const name = cell("model");
  parts.why = cell("why");
  parts.latency = cell("number", "Latency p50");
  parts.errors = cell("number", "Errors, 5 min");
  parts.last = cell("number", "Last check");
  parts.next = cell("number", "Next probe");
  name.append(make("b", "", model.modelId), make("span", "", model.provider));
  return parts;
}

function showRow(parts, model) {
  const { row } = parts;
  const state = `${model.status} ${model.routing.verdict} ${model.circuitBreaker.state}`;
  if (parts.state !== state) {
    parts.state = state;
    row.dataset.status = model.status;
    parts.since = make("span", "hint");
    parts.status.replaceChildren(make("span", "label", shape(model.status), model.status), " ", parts.since);
    if (model.routing.verdict !== "usable") {
      parts.status.append(" ", make("span", "tag", model.routing.verdict === "avoid" ? "avoid" : "no traffic"));
    }
  }
  const why = JSON.stringify(model.reasons);
  if (parts.reasons !== why) {
    parts.reasons = why;
    const [first, ...more] = model.reasons.map((reason) => (reason.target ? `${reason.target}: ` : "") + reason.message);
    parts.why.replaceChildren(first ?? "");
    for (const text of more.slice(0, 2)) parts.why.append(make("span", "more", text));
    if (more.length > 2) parts.why.append(make("span", "more", `and ${more.length - 2} more`));
  }
  write(parts.latency, duration(model.latency.p50));
  write(parts.errors, percent(model.errorRate));
  for (const [node, value] of [[parts.latency, model.latency.p50], [parts.errors, model.errorRate], [parts.last, model.lastCheck]]) {
    node.toggleAttribute("data-empty", value === null);
  }
}

function showAges(parts, model) {
  write(parts.since, `for ${since(model.since)}`);
  write(parts.last, model.lastCheck === null ? "never" : `${since(model.lastCheck)} ago`);
  let next = "none";
  if (model.nextProbeAt !== null) {
    const wait = (Date.parse(model.nextProbeAt) - now()) / 1_000;
    next = wait > 0.5 ? `in ${span(wait)}` : "now";
    if (model.circuitBreaker.state !== "closed") next = `recovery ${next}`;
  }
  write(parts.next, next);
}

function showModels() {
  element("board").hidden = false;
  const search = element("search");
  search.hidden = models.length < 12 && search.value === "";
  for (const button of element("counts").children) button.setAttribute("aria-pressed", String(button.dataset.status === shown));
  const wanted = search.value.trim().toLowerCase();
  const list = models
    .filter((model) => (shown === null || model.status === shown)
      && (wanted === "" || `${model.modelId} ${model.provider}`.toLowerCase().includes(wanted)))
    .sort((a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status) || (a.modelId < b.modelId ? -1 : 1));

  const body = element("rows");
  const known = new Set(models.map((model) => model.modelId));
  for (const [id, parts] of rows) {
    if (!known.has(id)) {
      parts.row.remove();
      rows.delete(id);
    }
  }
  const visible = new Set();
  list.forEach((model, index) => {
    let parts = rows.get(model.modelId);
    if (!parts) rows.set(model.modelId, parts = makeRow(model));
    showRow(parts, model);
    showAges(parts, model);
    visible.add(parts.row);
    if (body.children[index] !== parts.row) body.insertBefore(parts.row, body.children[index] ?? null);
  });
  for (const row of [...body.children]) if (!visible.has(row)) row.remove();

  const empty = element("empty");
  empty.hidden = list.length > 0;
  write(empty, models.length === 0 ? "The daemon watches no model yet." : "No model fits.");
}

function beat() {
  const pulse = element("pulse");
  delete pulse.dataset.beat;
  void pulse.offsetWidth;
  pulse.dataset.beat = "";
}

function showFreshness() {
  const pulse = element("pulse");
  const isStale = failingSince !== null && (lastAnswer === null || Date.now() - lastAnswer > 2 * every);
  document.body.toggleAttribute("data-stale", isStale && lastAnswer !== null);
  const banner = element("stale");
  if (isStale) {
    const seen = lastAnswer === null ? "" : ` What is shown is from ${new Date(lastAnswer).toLocaleTimeString()}.`;
    const text = `The daemon does not answer.${seen}`;
    write(banner, text);
    if (lastAnswer === null) headline("unknown", "The daemon cannot be reached", "");
  }
  banner.hidden = !isStale;
  pulse.dataset.live = isStale ? "no" : lastAnswer === null ? "" : "yes";
  write(pulse, isStale ? `No answer for ${span((Date.now() - (lastAnswer ?? failingSince)) / 1_000)}`
    : lastAnswer !== null ? "Live" : element("token").hidden ? "Connecting…" : "Waiting for a token");
}

// Running

element("token").addEventListener("submit", (event) => {
  event.preventDefault();
  setToken(element("token-value").value.trim());
  element("token-value").value = "";
  poll();
});

element("search").addEventListener("input", showModels);

let timer;
let isAsking = false;

async function run() {
  clearTimeout(timer);
  if (document.hidden || isAsking) return;
  isAsking = true;
  await poll();
  isAsking = false;
  timer = setTimeout(run, every);
}

document.addEventListener("visibilitychange", run);

setInterval(() => {
  if (document.hidden) return;
  for (const model of models) {
    const parts = rows.get(model.modelId);
    if (parts?.row.isConnected) showAges(parts, model);
  }
  showFreshness();
}, 1_000);

run();
