// Types of react-import.js.

import type { HealthComponents } from "./react.js";

export type { HealthBadgeProps, HealthComponents, HealthDashboardProps, HealthTheme, HealthTimelineProps } from "./react.js";

export declare const HealthDashboard: HealthComponents["HealthDashboard"];
export declare const HealthStatusBadge: HealthComponents["HealthStatusBadge"];
export declare const HealthTimeline: HealthComponents["HealthTimeline"];
