// live-alerts: a section that shows alerts is drawn anew when one changes; while somebody reads, points at it or has a
// menu open, a button offers that instead, so that nothing moves under the pointer.

import { register } from "../lib/registry.js";

register("live-alerts", (section) => {
  let isPointedAt = false;

  const isBusy = () => isPointedAt || section.contains(document.activeElement) || section.querySelector("details[open], [aria-selected=true]") || window.scrollY > 8;
  const refresh = () => globalThis.htmx.ajax("GET", location.pathname + location.search, { source: section, target: section, swap: "innerHTML" });
  const offer = () => section.querySelector("[data-changed]");
  const changed = () => {
    const bar = offer();
    if (!isBusy() || !bar) refresh();
    else bar.hidden = false;
  };
  const pressed = (event) => {
    if (event.detail.name !== "." || !offer() || offer().hidden) return;
    event.preventDefault();
    refresh();
  };
  const listeners = [
    [section, "click", (event) => event.target.closest("[data-changed] button") && refresh()],
    [section, "pointerenter", () => (isPointedAt = true)],
    [section, "pointerleave", () => (isPointedAt = false)],
    [document, "key", pressed],
    [document, "alertschange", changed],
  ];
  for (const [target, name, listen] of listeners) target.addEventListener(name, listen);
  return () => {
    for (const [target, name, listen] of listeners) target.removeEventListener(name, listen);
  };
});
