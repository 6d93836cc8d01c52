// The timeline pane: one frame is computed from the shared state and drawn by names, bars, ruler and minimap.

import { keysOf } from "../lib/address.js";
import { nextError, walkTree } from "../lib/walk.js";
import { scrollTo, windowOf } from "../lib/window.js";
import { clampView, fit, padBounds, pan, tickStep, ticks } from "../lib/scale.js";
import { ancestors, rowsToCollapse, visibleRows, withAncestors } from "../lib/tree.js";
import { setText, sharpContext } from "../dom.js";
import { drawBars } from "./bars.js";
import { Minimap } from "./minimap.js";
import { Names, nameOf } from "./names.js";
import { bindPlayhead, drawHandle } from "./playhead.js";
import { bindPointer } from "./pointer.js";
import { Previews } from "./previews.js";
import { drawRuler } from "./ruler.js";
import { buildStage } from "./stage.js";
import { Tooltip } from "./tooltip.js";

const ROW = 24;
const RULER = 28;
const MINIMAP = 40;
const CLOCK_MS = 250;
const TOO_DEEP = 120;

export class Timeline {
  constructor(box, { config, state, spans, theme }) {
    Object.assign(this, { state, spans, theme, rowHeight: ROW });
    this.previews = new Previews(config.urls.previews, () => this.invalidate());
    this.parts = buildStage(box);
    this.names = new Names(this.parts.tree);
    this.minimap = new Minimap(this.parts.minimap, (view) => this.setView(view));
    this.tooltip = new Tooltip(this.parts.body);
    this.hovered = -1;
    this.pointer = null;
    this.rowsFor = "";
    bindPointer(this);
    bindPlayhead(this);
    this.#bindTools();
    new ResizeObserver(() => this.invalidate()).observe(this.parts.body);
    theme.onChange(() => this.invalidate());
    spans.onChange(() => this.invalidate());
    state.on(["span", "at", "view", "collapsed", "filter", "errorsOnly", "pane"], (values, cause) => {
      if (cause !== "timeline" && values.pane === "timeline") this.reveal();
      this.invalidate();
    });
    state.on("revealNow", () => this.isShown() && this.#toNow());
    this.parts.scroller.addEventListener("scroll", () => this.invalidate(), { passive: true });
    setInterval(() => this.spans.isRunning && this.isShown() && this.invalidate(), CLOCK_MS);
  }

  isShown() {
    return this.state.get("pane") === "timeline" && this.spans.table !== null;
  }

  /** Called when the spans are there for the first time. */
  opened() {
    const { laid } = this.spans;
    if (laid.depth.some((depth) => depth > TOO_DEEP)) {
      this.state.set({ collapsed: new Set(rowsToCollapse(laid, TOO_DEEP)) });
    }
    this.reveal();
    this.invalidate();
  }

  /** Live: what these spans said or did may be more now. */
  changed(records) {
    this.previews.forget(keysOf(records));
  }

  renew() {
    this.previews.forget(null);
  }

  invalidate() {
    if (this.pending || !this.isShown()) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      if (this.isShown()) this.draw();
    });
  }

  draw() {
    const frame = (this.frame = this.compute());
    const { parts } = this;
    parts.space.style.height = `${frame.rows.length * ROW}px`;
    parts.stage.style.height = `${frame.height}px`;
    parts.errors.setAttribute("aria-pressed", this.state.get("errorsOnly"));
    this.names.draw(frame);
    drawBars(sharpContext(parts.bars, frame.width, frame.height), frame);
    drawRuler(parts.ruler, frame, RULER);
    drawHandle(parts.handle, frame);
    this.minimap.draw(frame, parts.minimap.clientWidth, MINIMAP);
    this.#drawAbove(frame);
    this.#drawNotice(frame);
    this.previews.want(frame);
  }

  /** Everything one drawing needs, from the state, the spans and the size of the pane. */
  compute() {
    const { spans, state, parts } = this;
    const rows = this.rows();
    const width = Math.max(50, parts.stage.clientWidth - parts.names.offsetWidth - 1);
    const height = parts.scroller.clientHeight;
    const bounds = padBounds(spans.bounds());
    const view = state.get("view") ? clampView(state.get("view"), bounds) : bounds;
    const step = tickStep(view, width);
    const { first, last, shift } = windowOf({ scrollTop: parts.scroller.scrollTop, height, rowHeight: ROW, count: rows.length });
    return {
      ...spans.laid, rows, first, last, shift, width, height, bounds, view, step, rowHeight: ROW,
      ticks: ticks(view, step), theme: this.theme, table: spans.table, parent: spans.table.parent,
      now: spans.now(), running: spans.isRunning, critical: spans.critical, segments: spans.segments,
      failedBelow: spans.failedBelow, version: spans.version, collapsed: state.get("collapsed"),
      playhead: state.get("at"), pointer: this.pointer, hovered: this.hovered, selected: this.selected(),
      previewOf: (row) => this.previews.text(spans.table, row),
    };
  }

  /** The visible rows; computed again only when what they depend on changed. */
  rows() {
    const { spans, state } = this;
    const { collapsed, filter, errorsOnly } = state.values;
    const key = [spans.version, filter, errorsOnly].join("\n");
    if (this.rowsFor !== key || this.rowsCollapsed !== collapsed) {
      this.rowsFor = key;
      this.rowsCollapsed = collapsed;
      this.visible = filter || errorsOnly ? this.#filtered(filter, errorsOnly) : visibleRows(spans.laid, collapsed);
      this.placeOf = new Int32Array(spans.table.count).fill(-1);
      this.visible.forEach((row, k) => (this.placeOf[row] = k));
    }
    return this.visible;
  }

  #filtered(filter, errorsOnly) {
    const { table, laid, isFailed } = this.spans;
    const text = filter.toLowerCase();
    const matches = (row) =>
      (!errorsOnly || isFailed(row)) &&
      (!text || `${nameOf(table, row)} ${table.agentOf(row)} ${table.serviceOf(row)}`.toLowerCase().includes(text));
    return withAncestors(laid, table.parent, matches);
  }

  selected() {
    const key = this.state.get("span");
    return key ? this.spans.table.rowOf(key) : -1;
  }

  select(row) {
    this.state.set({ span: this.spans.table.key(row) });
  }

  toggle(row) {
    const collapsed = new Set(this.state.get("collapsed"));
    if (!collapsed.delete(row)) collapsed.add(row);
    this.state.set({ collapsed }, "timeline");
  }

  setView(view) {
    const bounds = padBounds(this.spans.bounds());
    const isWhole = view[1] - view[0] >= (bounds[1] - bounds[0]) * 0.999;
    this.state.set({ view: isWhole ? null : view }, "timeline");
  }

  /** Expands what hides the selected row, scrolls to it, and pans if its bar is out of view. */
  reveal() {
    const row = this.spans.table ? this.selected() : -1;
    if (row < 0) return;
    const hidden = ancestors(this.spans.table.parent, row).filter((above) => this.state.get("collapsed").has(above));
    if (hidden.length) {
      const collapsed = new Set(this.state.get("collapsed"));
      for (const above of hidden) collapsed.delete(above);
      this.state.set({ collapsed }, "timeline");
    }
    this.rows();
    this.scrollToRow(row);
    this.#panToRow(row);
  }

  scrollToRow(row) {
    const { scroller, space } = this.parts;
    const index = this.placeOf[row];
    if (index < 0) return;
    space.style.height = `${this.visible.length * ROW}px`;
    scroller.scrollTop = scrollTo({ scrollTop: scroller.scrollTop, height: scroller.clientHeight, rowHeight: ROW, index });
  }

  #panToRow(row) {
    const view = this.state.get("view");
    if (!view) return;
    const [start, end] = this.spans.table.extent(row, this.spans.now());
    if (end >= view[0] && start <= view[1]) return;
    const length = view[1] - view[0];
    this.setView(pan(view, start - length * 0.1 - view[0], padBounds(this.spans.bounds())));
  }

  fitRow(row) {
    const [start, end] = this.spans.table.extent(row, this.spans.now());
    if (!Number.isNaN(start)) this.setView(fit(start, end, padBounds(this.spans.bounds())));
  }

  /** A key the page passed on; tells whether it meant something here. */
  key(name) {
    if (name === "e" || name === "E") return this.#toError(name === "e" ? 1 : -1);
    if (name === "f" && this.selected() >= 0) {
      this.fitRow(this.selected());
      return true;
    }
    if (name === "0") {
      this.state.set({ view: null }, "timeline");
      return true;
    }
    const { table, laid } = this.spans;
    const step = walkTree(name, this.selected(), {
      rows: this.rows(), at: (row) => this.placeOf[row], parents: table.parent, size: laid.size, collapsed: this.state.get("collapsed"),
    });
    if (!step) return ["ArrowLeft", "ArrowRight", "[", "]"].includes(name);
    if (step.toggle !== undefined) this.toggle(step.toggle);
    if (step.select !== undefined) this.select(step.select);
    return true;
  }

  /** Scrolls to what is running, else to the last row, and pans to the end. */
  #toNow() {
    const rows = this.rows();
    const row = this.spans.openLeaves().at(-1) ?? rows[rows.length - 1];
    if (row === undefined) return;
    this.scrollToRow(row);
    const view = this.state.get("view");
    const bounds = padBounds(this.spans.bounds());
    if (view) this.setView(pan(view, bounds[1] - view[1], bounds));
  }

  #toError(direction) {
    const { laid, place, isFailed } = this.spans;
    const row = nextError(laid.order, (each) => place[each], this.selected(), isFailed, direction);
    if (row >= 0) this.select(row);
    return true;
  }

  #bindTools() {
    const { filter, errors, tools } = this.parts;
    filter.addEventListener("input", () => this.state.set({ filter: filter.value.trim() }));
    errors.addEventListener("click", () => this.state.set({ errorsOnly: !this.state.get("errorsOnly") }));
    tools.addEventListener("click", (event) => {
      const command = event.target.closest("[data-command]")?.dataset.command;
      if (command === "fit") this.state.set({ view: null }, "timeline");
      if (command === "expand-all") this.state.set({ collapsed: new Set() }, "timeline");
      if (command === "collapse-all") this.state.set({ collapsed: new Set(rowsToCollapse(this.spans.laid, 1)) }, "timeline");
    });
  }

  /** Where the first visible row belongs, once its parents are scrolled away. */
  #drawAbove(frame) {
    const path = frame.first > 0 ? ancestors(frame.parent, frame.rows[frame.first]) : [];
    this.parts.above.hidden = path.length === 0;
    if (path.length) setText(this.parts.above, path.slice(-4).map((row) => nameOf(frame.table, row)).join(" › "));
  }

  #drawNotice(frame) {
    const { notice } = this.parts;
    notice.hidden = frame.rows.length > 0;
    if (notice.hidden) return;
    const isFiltered = this.state.get("filter") || this.state.get("errorsOnly");
    setText(notice, isFiltered ? "No span matches." : "No span has arrived yet.");
  }
}
