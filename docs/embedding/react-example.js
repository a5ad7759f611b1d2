// The three components in a React page without a bundler. With one, import them from "react-import.js" instead.

import { createHealthComponents } from "/components/react.js";

const { React, ReactDOM } = /** @type {any} */ (globalThis);
const { createElement: h, useState } = React;
const { HealthDashboard, HealthStatusBadge, HealthTimeline } = createHealthComponents(React);

function App() {
  const [modelId, select] = useState("gpt-4o");
  const [clicks, setClicks] = useState(0);
  return h("div", null,
    h("h1", null, "Models"),
    h("p", null, h(HealthStatusBadge, { modelId, size: "medium", showTooltip: true, onClick: () => setClicks(clicks + 1) })),
    h("p", { id: "clicks" }, `Clicked ${clicks} times`),
    h(HealthTimeline, { modelId, timeRange: "24h", resolution: 200 }),
    h(HealthDashboard, { refreshInterval: 5000, showDetails: false, onModelSelect: select }));
}

ReactDOM.createRoot(document.getElementById("app")).render(h(App));
