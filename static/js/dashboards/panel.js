// chart: draws a panel's answer with Plotly when it comes into view, and again when the period, the theme or its width
// changes. A drag chooses a period, a click asks for the missions behind a point, a word of the legend hides the others.

import { element } from "../lib/dom.js";
import { register } from "../lib/registry.js";
import { figureOf, hueOf, namesOf, nearest } from "./figure.js";
import { getPlaces, tellNames } from "./hues.js";
import { readTheme } from "./theme.js";

const MS_NS = 1_000_000n;
const REDRAW_MS = 120;

register("chart", (panel) => {
  const place = panel.querySelector("[data-plot]");
  const legend = panel.querySelector("[data-legend]");
  let answer = null;
  let alone = null;
  let asking = null;
  let width = 0;
  let timer = null;

  const draw = () => {
    if (!answer || !answer.series.length) return;
    const theme = readTheme();
    const figure = figureOf(answer, theme, getPlaces());
    for (const trace of figure.data) if (alone !== null && trace.meta.label !== alone) trace.visible = false;
    width = place.clientWidth;
    Plotly.react(place, figure.data, figure.layout, figure.config);
    drawLegend(theme);
    if (!place.dataset.listens) listen();
  };
  const drawLegend = (theme) => {
    const rows = answer.series.map((series) => {
      const { colour, isDashed } = hueOf(series, getPlaces(), theme);
      const swatch = element("span", { class: isDashed ? "swatch is-dashed" : "swatch" });
      swatch.style.setProperty("--hue", colour);
      const name = element("button", { class: "legend-name", type: "button", "aria-pressed": String(alone === series.label), title: "Show only this" }, swatch, element("span", { class: "cut" }, series.status === "other" && answer.other_count ? `${series.label} (${answer.other_count})` : series.label));
      name.addEventListener("click", () => {
        alone = alone === series.label ? null : series.label;
        draw();
      });
      const value = element("button", { class: "legend-value num", type: "button", title: "Missions behind this" }, series.summary);
      value.addEventListener("click", () => showBehind(series, answer.since_ms, answer.until_ms));
      return element("li", { class: alone !== null && alone !== series.label ? "is-off" : null }, name, value);
    });
    legend.replaceChildren(...rows);
  };
  const showBehind = (series, sinceMs, untilMs) => {
    const query = new URLSearchParams({ metric: series.metric, since_ns: String(BigInt(sinceMs) * MS_NS), until_ns: String(BigInt(untilMs) * MS_NS) });
    for (const [name, value] of Object.entries(series.labels)) query.append("label", `${name}=${value}`);
    document.dispatchEvent(new CustomEvent("missions-behind", { detail: { query, opener: panel } }));
  };
  const listen = () => {
    place.dataset.listens = "yes";
    place.on("plotly_click", ({ points, event }) => {
      const axis = points[0].yaxis;
      const box = place.getBoundingClientRect();
      const point = nearest(points, axis.p2d(event.clientY - box.top - axis._offset));
      const series = point && answer.series.find(({ label }) => label === point.data.meta.label);
      if (!series) return;
      const [ms] = series.points[point.pointIndex];
      showBehind(series, ms, ms + answer.step_s * 1000);
    });
    place.on("plotly_relayout", (change) => {
      const [from, to] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
      if (from === undefined || to === undefined) return;
      document.dispatchEvent(new CustomEvent("period-chosen", { detail: { sinceMs: utcMs(from), untilMs: utcMs(to) } }));
    });
  };
  const load = async () => {
    asking?.abort();
    asking = new AbortController();
    panel.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(`${panel.dataset.source}?${panel.closest("[data-query]").dataset.query}`, { signal: asking.signal, headers: { "X-Requested-With": "fetch" } });
      if (!response.ok) throw new Error(String(response.status));
      answer = await response.json();
      panel.dataset.state = answer.series.length ? "full" : "empty";
      if (answer.empty) for (const part of ["why", "fill"]) panel.querySelector(`[data-${part}]`).textContent = answer.empty[part];
      tellNames(panel, namesOf(answer, readTheme()));
      draw();
    } catch (error) {
      if (error.name === "AbortError") return;
      panel.dataset.state = answer ? "full" : "failed";
    }
    panel.removeAttribute("aria-busy");
  };
  const resized = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (place.clientWidth && place.clientWidth !== width) draw();
    }, REDRAW_MS);
  };
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    load();
  }, { rootMargin: "200px" });
  const again = () => answer && load();
  const sizes = new ResizeObserver(resized);
  const themes = new MutationObserver(draw);
  seen.observe(panel);
  sizes.observe(place);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  document.addEventListener("dashboard-refresh", again);
  document.addEventListener("hues-moved", draw);
  panel.querySelector("[data-retry]").addEventListener("click", load);
  return () => {
    asking?.abort();
    clearTimeout(timer);
    seen.disconnect();
    sizes.disconnect();
    themes.disconnect();
    document.removeEventListener("dashboard-refresh", again);
    document.removeEventListener("hues-moved", draw);
    tellNames(panel, []);
    if (place.dataset.listens) Plotly.purge(place);
  };
});

/** Plotly names moments in UTC, as text without a zone or as a number. */
function utcMs(value) {
  if (typeof value === "number") return Math.round(value);
  return Date.parse(`${String(value).replace(" ", "T").replace(/(\.\d{3})\d*$/, "$1")}Z`.replace(/T(\d\d:\d\d)Z$/, "T$1:00Z"));
}
