// Types of react.js. They name no version of React's types: the components fit any of them.

export type HealthTheme = "light" | "dark";

interface Common {
  /** The daemon's address; default: where the page came from. */
  baseUrl?: string;
  /** An access token with the scope `read` (and `probe`, `admin` for what goes further). */
  token?: string;
  /** Default: as the page around it, else as the system prefers. */
  theme?: HealthTheme;
  id?: string;
  className?: string;
  style?: Record<string, string | number>;
  key?: string | number | null;
}

export interface HealthDashboardProps extends Common {
  /** Milliseconds between questions where no live connection gets through. Default: 5000. */
  refreshInterval?: number;
  /** Unfolds the details of every model. */
  showDetails?: boolean;
  onModelSelect?: (modelId: string) => void;
}

export interface HealthBadgeProps extends Common {
  modelId: string;
  size?: "small" | "medium" | "large";
  showTooltip?: boolean;
  /** Default: opens the model's report. */
  onClick?: () => void;
}

export interface HealthTimelineProps extends Common {
  modelId: string;
  timeRange: "1h" | "6h" | "24h" | "7d" | "30d" | "90d";
  /** Data points; default: as many as there is room for. */
  resolution?: number;
}

export interface HealthComponents {
  HealthDashboard: (props: HealthDashboardProps) => any;
  HealthStatusBadge: (props: HealthBadgeProps) => any;
  HealthTimeline: (props: HealthTimelineProps) => any;
}

/** Makes the components with the React that is given. */
export function createHealthComponents(React: {
  createElement: (...args: any[]) => any;
  useEffect: (...args: any[]) => any;
  useRef: (...args: any[]) => any;
}): HealthComponents;
