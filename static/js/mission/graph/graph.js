// The graph pane: agents as lanes, their work as nodes, edges only from evidence, which a click on an edge shows.

import { failureNote, element } from "../dom.js";
import { fetchJson } from "../fetching.js";
import { drawGraph, markNodes } from "./drawing.js";
import { buildFrame } from "./frame.js";
import { kinOf } from "./kin.js";
import { layOut, neighbour, SIZE } from "./layout.js";
import { Moment } from "./moment.js";
import { layOutPlan, planSize } from "./plan_layout.js";
import { Camera } from "./view.js";
import { showGhost, showWhy } from "./why.js";

const AGAIN_MS = 2500;
/** A plan that is wider than its pane is panned rather than drawn smaller than this. */
const READABLE = 0.72;
const RECORDS = new Set(["span", "llm_call", "tool_call", "step"]);
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Graph {
  constructor(box, { state, spans, config }) {
    Object.assign(this, { box, state, spans, config, detail: 0, data: null, expanded: new Set() });
    this.parts = buildFrame(box);
    this.camera = new Camera(this.parts.canvas, this.parts.world);
    this.parts.tools.addEventListener("click", (event) => this.#command(event));
    this.parts.world.addEventListener("click", (event) => this.#click(event));
    this.parts.canvas.addEventListener("dblclick", (event) => !event.target.closest("button") && this.fit());
    state.on("pane", () => this.#shown());
    this.moment = new Moment((at) => fetchJson(this.#url(at)), () => this.#redraw());
    state.on(["span", "at"], (values, cause) => this.isShown() && this.mark(cause !== "graph"));
    state.on("at", () => this.isShown() && this.#follow());
    queueMicrotask(() => this.#shown());
  }

  isShown() {
    return this.state.get("pane") === "graph";
  }

  async reload() {
    this.isLoading = true;
    try {
      const isFirst = this.data === null;
      this.now = await fetchJson(this.#url(null));
      this.moment.forget();
      this.#draw(this.now);
      if (isFirst) this.fit();
      this.mark(isFirst);
      this.#follow();
    } catch (error) {
      this.parts.message.replaceChildren(failureNote(error.message, () => this.reload()));
    } finally {
      this.isLoading = false;
    }
  }

  #url(at) {
    const url = new URL(this.config.urls.graph, location.href);
    if (this.detail) url.searchParams.set("detail", this.detail);
    if (at !== null) url.searchParams.set("at_ns", at);
    for (const id of this.expanded) url.searchParams.append("expand", id);
    return url;
  }

  /** Reads the graph of the playhead's moment; without a playhead it is that of now again. */
  #follow() {
    const at = this.state.get("at");
    if (this.now && this.spans.table) this.moment.go(at === null ? null : this.spans.table.absolute(at));
  }

  #redraw() {
    this.#draw(this.moment.of(this.now));
    this.mark(false);
  }

  #shown() {
    if (!this.isShown()) return;
    if (!this.data && !this.isLoading) this.reload();
    else if (this.data) {
      this.mark(true);
      this.#follow();
    }
  }

  #draw(data) {
    this.data = data;
    const { parts } = this;
    const size = data.has_plan ? planSize(parts.canvas.clientWidth) : SIZE;
    this.layout = (data.has_plan ? layOutPlan : layOut)(data.nodes, data.edges, this.#columns(size), size);
    parts.canvas.classList.toggle("has-plan", data.has_plan);
    parts.tools.classList.toggle("has-plan", data.has_plan);
    this.byId = new Map(data.nodes.map((node) => [node.id, node]));
    this.bySpan = new Map(data.nodes.filter((node) => !node.is_lane).flatMap((node) => node.spans.map((key) => [key, node.id])));
    drawGraph(parts, data, this.layout);
    parts.note.textContent = noteOf(data);
    parts.detail.setAttribute("aria-pressed", this.detail > 0);
    parts.detail.hidden = !data.is_folded && this.detail === 0;
    const isEmpty = data.nodes.length === 0;
    parts.message.replaceChildren(...(isEmpty ? [element("p", { class: "dim" }, "No agent, step or call has arrived yet.")] : []));
  }

  /** As many columns as fit the pane a little smaller than life. */
  #columns({ node, gap }) {
    const width = this.parts.canvas.clientWidth || 900;
    return Math.max(4, Math.floor(width / 0.86 / (node[0] + gap[0])));
  }

  fit(options = { whole: false }) {
    const least = this.data?.has_plan ? READABLE : 0;
    if (this.layout) this.camera.fit(this.layout.width, this.layout.height, { least, ...options });
  }

  /** Marks the selected node and what the playhead says of all; `reveal` moves the selected one into view. */
  mark(reveal) {
    if (!this.layout) return;
    this.selected = this.#nodeOf(this.state.get("span"));
    const at = this.state.get("at");
    const { table } = this.spans;
    const kin = this.data.has_plan && this.selected ? kinOf(this.data.nodes, this.selected) : new Set();
    markNodes(this.parts, this.byId, this.selected, at === null || !table ? null : BigInt(table.absolute(at)), kin);
    if (reveal && this.selected) this.camera.reveal(this.layout.nodes.get(this.selected));
  }

  /** The node a span lies in: its own, else that of the nearest span above it. */
  #nodeOf(key) {
    if (!key) return null;
    const { table } = this.spans;
    for (let row = table ? table.rowOf(key) : -1; row >= 0; row = table.parent[row]) {
      const id = this.bySpan.get(table.key(row));
      if (id) return id;
    }
    return this.bySpan.get(key) ?? null;
  }

  #click(event) {
    const node = event.target.closest("[data-node]");
    const edge = event.target.closest("[data-edge]");
    const toggle = event.target.closest("[data-toggle]");
    this.parts.why.hidden = true;
    if (toggle) this.toggle(toggle.dataset.toggle);
    else if (node && this.byId.get(node.dataset.node).ghost) showGhost(this, this.byId.get(node.dataset.node), event);
    else if (node) this.select(node.dataset.node);
    else if (edge) showWhy(this, this.data.edges[Number(edge.dataset.edge)], event);
  }

  select(id) {
    const key = this.byId.get(id).spans[0];
    if (key) this.state.set({ span: key }, "graph");
  }

  /** Opens what is folded into a node, or folds it again; the node stays where it is on the screen. */
  async toggle(id) {
    const node = this.byId.get(id);
    const name = node.is_expandable || node.is_expanded ? id : node.group;
    if (!this.expanded.delete(name)) this.expanded.add(name);
    const before = this.layout.nodes.get(id);
    await this.reload();
    const after = this.layout.nodes.get(id) ?? this.layout.nodes.get(otherId(id));
    if (after) this.camera.shift(before.x - after.x, before.y - after.y);
  }

  #unfold(isOpening) {
    const node = this.byId.get(this.selected);
    if (node && (isOpening ? node.is_expandable : node.is_expanded || node.group)) this.toggle(node.id);
    return true;
  }

  #command(event) {
    const command = event.target.closest("[data-command]")?.dataset.command;
    if (command === "fit") this.fit({ whole: true });
    if (command === "closer") this.camera.zoom(1.3);
    if (command === "further") this.camera.zoom(1 / 1.3);
    if (command === "detail") {
      this.detail = 1 - this.detail;
      this.data = null;
      this.reload();
    }
  }

  key(name) {
    if (!this.layout) return false;
    if (name === "0") {
      this.fit({ whole: true });
      return true;
    }
    if (name === "e") return this.#nextFailed();
    if (name === "]" || name === "[") return this.#unfold(name === "]");
    const way = ARROWS[name] ?? { j: [1, 0], k: [-1, 0] }[name];
    if (!way) return false;
    // What has no span (a ghost) cannot be selected: keys go past it.
    const places = new Map([...this.layout.nodes].filter(([id]) => this.byId.get(id).spans.length > 0));
    const id = this.selected ? neighbour(places, this.selected, ...way) : [...places.keys()][0];
    if (id) {
      this.select(id);
      this.mark(true);
    }
    return true;
  }

  #nextFailed() {
    const failed = this.data.nodes.filter((node) => !node.is_lane && node.status === "failed");
    if (failed.length === 0) return false;
    const at = failed.findIndex((node) => node.id === this.selected);
    this.select(failed[(at + 1) % failed.length].id);
    this.mark(true);
    return true;
  }

  /** Live: drawn again at most every AGAIN_MS; where one looks at stays. */
  changed(records) {
    if (!this.data || !records.some((record) => RECORDS.has(record.type))) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.renew();
    }, AGAIN_MS);
  }

  /** What is drawn is old: it is drawn again now, or when the pane is next shown. */
  renew() {
    if (this.isShown()) this.reload();
    else this.data = null;
  }
}

/** A fold has the id of its first member with a word before it. */
const otherId = (id) => (id.startsWith("fold:") ? id.slice(5) : `fold:${id}`);

function noteOf({ work_count: count, nodes, is_folded: isFolded, hidden_edge_count: hidden }) {
  const shown = nodes.filter((node) => !node.is_lane).length;
  const parts = [isFolded ? `${count} pieces of work in ${shown} nodes` : `${count} pieces of work`];
  if (hidden) parts.push(`${hidden} edges not drawn`);
  return parts.join(", ");
}
