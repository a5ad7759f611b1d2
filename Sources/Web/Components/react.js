// The elements as React components, for React 17 and later, with or without a bundler.
//
//     import * as React from "react";
//     import { createHealthComponents } from "/components/react.js";
//     const { HealthDashboard, HealthStatusBadge, HealthTimeline } = createHealthComponents(React);
//
// Where "react" can be imported (a bundler or an import map), react-import.js has done this already.

/** The elements need a browser; on a server the components render to empty tags, which the browser fills. */
function load() {
  if (typeof window === "undefined") return;
  import("./dashboard.js");
  import("./badge.js");
  import("./timeline.js");
}

/**
 * @param {any} React
 * @returns {import("./react.d.ts").HealthComponents}
 */
export function createHealthComponents(React) {
  const { createElement, useEffect, useRef } = React;
  load();

  /**
   * Listens to an event of an element with the handler of the last rendering.
   *
   * @param {string} name
   * @param {((event: CustomEvent) => void) | undefined} handler
   */
  function useListener(name, handler) {
    const element = useRef(null);
    const latest = useRef(handler);
    latest.current = handler;
    useEffect(() => {
      const node = element.current;
      if (!node) return undefined;
      const listen = (/** @type {CustomEvent} */ event) => latest.current?.(event);
      node.addEventListener(name, listen);
      return () => node.removeEventListener(name, listen);
    }, [name]);
    return element;
  }

  /**
   * What all three take.
   *
   * @param {Record<string, any>} props
   */
  const common = ({ baseUrl, token, theme, className, style, id }) => dropEmpty({
    "base-url": baseUrl, token, "data-theme": theme, class: className, style, id,
  });

  /** @param {import("./react.d.ts").HealthDashboardProps} props */
  function HealthDashboard(props) {
    const { refreshInterval, showDetails, onModelSelect } = props;
    const ref = useListener("model-select", (event) => onModelSelect?.(event.detail.modelId));
    return createElement("llm-health-dashboard", {
      ref, ...common(props), ...dropEmpty({ "refresh-interval": refreshInterval, "show-details": showDetails ? "" : undefined }),
    });
  }

  /** @param {import("./react.d.ts").HealthBadgeProps} props */
  function HealthStatusBadge(props) {
    const { modelId, size, showTooltip, onClick } = props;
    const ref = useListener("badge-click", (event) => {
      if (!onClick) return;
      // Who handles the click does not want to leave the page as well.
      event.preventDefault();
      onClick();
    });
    return createElement("llm-health-badge", {
      ref, ...common(props), ...dropEmpty({ "model-id": modelId, size, "show-tooltip": showTooltip ? "" : undefined }),
    });
  }

  /** @param {import("./react.d.ts").HealthTimelineProps} props */
  function HealthTimeline(props) {
    const { modelId, timeRange, resolution } = props;
    return createElement("llm-health-timeline", {
      ...common(props), ...dropEmpty({ "model-id": modelId, "time-range": timeRange, resolution }),
    });
  }

  return { HealthDashboard, HealthStatusBadge, HealthTimeline };
}

/** @param {Record<string, unknown>} attributes */
function dropEmpty(attributes) {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null && value !== false));
}
