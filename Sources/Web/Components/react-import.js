// The React components ready to use, where "react" can be imported: with a bundler or an import map.

import * as React from "react";
import { createHealthComponents } from "./react.js";

export const { HealthDashboard, HealthStatusBadge, HealthTimeline } = createHealthComponents(React);
