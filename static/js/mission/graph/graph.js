// The graph pane: agents as lanes, their work as nodes, edges only from evidence, which a click on an edge shows.

import { failureNote, element } from "../dom.js";
import { fetchJson } from "../fetching.js";
import { drawGraph, markNodes } from "./drawing.js";
import { buildFrame } from "./frame.js";
import { layOut, neighbour, SIZE } from "./layout.js";
import { Camera } from "./view.js";
import { showWhy } from "./why.js";

const DETAIL = [80, 300];
const AGAIN_MS = 2500;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Graph {
  constructor(box, { state, spans, config }) {
    Object.assign(this, { box, state, spans, config, detail: 0, data: null });
    this.parts = buildFrame(box);
    this.camera = new Camera(this.parts.canvas, this.parts.world);
    this.parts.tools.addEventListener("click", (event) => this.#command(event));
    this.parts.world.addEventListener("click", (event) => this.#click(event));
    this.parts.canvas.addEventListener("dblclick", (event) => !event.target.closest("button") && this.fit());
    state.on("pane", () => this.#shown());
    state.on(["span", "at"], (values, cause) => this.isShown() && this.mark(cause !== "graph"));
    queueMicrotask(() => this.#shown());
  }

  isShown() {
    return this.state.get("pane") === "graph";
  }

  async reload() {
    this.isLoading = true;
    try {
      const url = new URL(this.config.urls.graph, location.href);
      url.searchParams.set("limit", DETAIL[this.detail]);
      const isFirst = this.data === null;
      this.data = await fetchJson(url);
      this.#draw();
      if (isFirst) this.fit();
      this.mark(isFirst);
    } catch (error) {
      this.parts.message.replaceChildren(failureNote(error.message, () => this.reload()));
    } finally {
      this.isLoading = false;
    }
  }

  #shown() {
    if (!this.isShown()) return;
    if (!this.data && !this.isLoading) this.reload();
    else if (this.data) this.mark(true);
  }

  #draw() {
    const { data, parts } = this;
    this.layout = layOut(data.nodes, data.edges, this.#columns());
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
  #columns() {
    const width = this.parts.canvas.clientWidth || 900;
    return Math.max(4, Math.floor(width / 0.86 / (SIZE.node[0] + SIZE.gap[0])));
  }

  fit(options = { whole: false }) {
    if (this.layout) this.camera.fit(this.layout.width, this.layout.height, options);
  }

  /** Marks the selected node and what the playhead says of all; `reveal` moves the selected one into view. */
  mark(reveal) {
    if (!this.layout) return;
    this.selected = this.#nodeOf(this.state.get("span"));
    const at = this.state.get("at");
    const { table } = this.spans;
    markNodes(this.parts, this.byId, this.selected, at === null || !table ? null : BigInt(table.absolute(at)));
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
    this.parts.why.hidden = true;
    if (node) this.select(node.dataset.node);
    else if (edge) showWhy(this, this.data.edges[Number(edge.dataset.edge)], event);
  }

  select(id) {
    const key = this.byId.get(id).spans[0];
    if (key) this.state.set({ span: key }, "graph");
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
    const way = ARROWS[name] ?? { j: [1, 0], k: [-1, 0] }[name];
    if (!way) return false;
    const [first] = this.layout.nodes.keys();
    const id = this.selected ? neighbour(this.layout.nodes, this.selected, ...way) : first;
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
    if (!this.data || !records.some((record) => ["span", "llm_call", "tool_call"].includes(record.type))) return;
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

function noteOf({ work_count: count, nodes, is_folded: isFolded, hidden_edge_count: hidden }) {
  const shown = nodes.filter((node) => !node.is_lane).length;
  const parts = [isFolded ? `${count} pieces of work in ${shown} nodes` : `${count} pieces of work`];
  if (hidden) parts.push(`${hidden} edges not drawn`);
  return parts.join(", ");
}
