// A pane the server writes: conversation, tools, logs, errors, findings. Fetched when first shown, changed in place.

import { connect, disconnect } from "../../lib/registry.js";
import { failureNote, parsePartial } from "../dom.js";
import { fetchHtml } from "../fetching.js";
import { nameEvidence } from "../labels.js";
import { handleClick, markLater, markSelected } from "./list.js";
import { bindTools } from "./tools.js";

const RECORDS = { plan: ["step", "mission"], questions: ["step", "mission"], conversation: ["llm_call", "tool_call"], tools: ["tool_call"], logs: ["log"], errors: ["span", "log", "llm_call", "tool_call"], findings: ["finding", "mission"] };
const SPEAKERS = new Set(["AGENT", "CHAIN"]);
const AT_END_PX = 60;
const AGAIN_MS = 2000;
const FOLLOW_MS = 1000;
const RANKED = new Set(["plan", "questions", "errors", "findings"]);

export class HtmlPane {
  constructor(name, box, { config, state, spans, theme }) {
    Object.assign(this, { name, box, config, state, spans, theme });
    this.isLoaded = false;
    this.turn = 0;
    this.since = null;
    this.options = new URLSearchParams();
    this.waiting = 0;
    box.addEventListener("click", (event) => handleClick(event, box, state));
    box.addEventListener("items", () => this.#mark(false));
    bindTools(this);
    state.on("pane", () => this.#shown());
    state.on("span", (values, cause) => this.isShown() && this.#mark(cause !== name));
    state.on("span", () => this.isShown() && this.options.has("selected") && this.reload());
    state.on("at", () => this.isShown() && this.#dim());
    queueMicrotask(() => this.#shown());
  }

  isShown() {
    return this.state.get("pane") === this.name;
  }

  get scroller() {
    return this.box.querySelector(".ms-scroll");
  }

  url(extra = {}) {
    const query = new URLSearchParams(this.options);
    if (query.has("selected")) {
      query.delete("selected");
      query.set("span", this.state.get("span") ?? "");
    }
    for (const [key, value] of Object.entries(extra)) query.set(key, value);
    const text = query.toString();
    return this.config.urls.panes[this.name] + (text ? `?${text}` : "");
  }

  /** Fetches the first page again, with the options the tools set. */
  async reload({ scroll = true } = {}) {
    const turn = (this.turn += 1);
    this.isReading = true;
    this.since = null;
    this.box.setAttribute("aria-busy", "true");
    try {
      const extra = this.state.get("span") ? { until: this.state.get("span") } : {};
      const html = await fetchHtml(this.url(extra));
      if (turn !== this.turn) return;
      this.#replaceBody(parsePartial(html), scroll);
      this.isLoaded = true;
    } catch (error) {
      if (turn !== this.turn) return;
      this.isLoaded = false;
      this.body.replaceChildren(failureNote(error.message, () => this.reload()));
    }
    this.isReading = false;
    this.box.removeAttribute("aria-busy");
    this.#follow();
  }

  get body() {
    return this.box.querySelector("[data-body]");
  }

  #replaceBody(page, scroll) {
    disconnect(this.body);
    this.body.replaceChildren(page);
    this.#mark(scroll);
    this.#dim();
    this.box.dispatchEvent(new CustomEvent("loaded"));
  }

  #shown() {
    if (!this.isShown()) return;
    if (!this.isLoaded) this.reload();
    else {
      this.#mark(true);
      this.#dim();
    }
  }

  #mark(scroll) {
    connect(this.body);
    if (this.spans.table) nameEvidence(this.body, this.spans.table);
    markSelected(this.box, this.state.get("span"), scroll);
    this.#dim();
  }

  #dim() {
    const at = this.state.get("at");
    markLater(this.box, at === null || !this.spans.table ? null : BigInt(this.spans.table.absolute(at)));
  }

  /** j and k go through the items. */
  key(name) {
    const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[name];
    const isError = name === "e";
    if (!step && !isError) return false;
    const items = [...this.box.querySelectorAll("[data-items] > [data-span]")].filter((item) => !isError || item.matches(".has-failed"));
    if (items.length === 0) return false;
    const at = items.findIndex((item) => item.classList.contains("is-selected"));
    const next = isError ? items[(at + 1) % items.length] : items[Math.min(Math.max(at + step, 0), items.length - 1)];
    this.state.set({ span: next.dataset.span });
    return true;
  }

  /** Live: what changed is fetched as the same markup, replaced or put at the end; nothing moves under the reader. */
  changed(records, since) {
    if (!this.isLoaded && !this.isReading) return;
    if (!records.some((record) => concerns(this.name, record))) return;
    this.since ??= since;
    this.#follow();
  }

  /** Asks for what has changed; while something is being read, right after it. */
  async #follow() {
    if (this.since === null || this.isReading || this.isFollowing) return;
    const [from, turn] = [this.since, this.turn];
    this.since = null;
    if (RANKED.has(this.name)) {
      this.timer ??= setTimeout(() => this.renew(), AGAIN_MS);
      return;
    }
    this.isFollowing = true;
    const html = await fetchHtml(this.url({ changed_after: from })).catch(() => null);
    this.isFollowing = false;
    if (html === null) this.since ??= from;
    else if (turn === this.turn) this.#merge(parsePartial(html));
    if (this.since !== null) setTimeout(() => this.#follow(), FOLLOW_MS);
  }

  /** What is here is old: it is read again now, or when the pane is next shown; where one reads stays. */
  async renew() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.isShown()) {
      this.isLoaded = false;
      return;
    }
    const top = this.scroller.scrollTop;
    await this.reload({ scroll: false });
    this.scroller.scrollTop = top;
  }

  #merge(page) {
    const list = this.box.querySelector("[data-items]");
    if (!list) {
      this.reload();
      return;
    }
    const { scroller } = this;
    const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AT_END_PX;
    for (const { dataset } of page.querySelectorAll("[data-gone]")) list.querySelector(`#${CSS.escape(dataset.gone)}`)?.remove();
    let added = 0;
    for (const item of [...(page.querySelector("[data-items]")?.children ?? [])]) {
      const known = item.id && list.querySelector(`#${CSS.escape(item.id)}`);
      if (known) replaceKeepingFolds(known, item);
      else if (!this.box.querySelector("[data-more-row]")) {
        list.append(item);
        added += 1;
      }
    }
    this.#mark(false);
    if (added === 0) return;
    if ((wasAtEnd || this.box.classList.contains("is-followed")) && this.isShown()) scroller.scrollTop = scroller.scrollHeight;
    else this.#announce(added);
  }

  #announce(added) {
    const bar = this.box.querySelector("[data-new-bar]");
    this.waiting += added;
    bar.textContent = `${this.waiting} new ↓`;
    bar.hidden = false;
    bar.onclick = () => {
      this.scroller.scrollTop = this.scroller.scrollHeight;
      this.waiting = 0;
      bar.hidden = true;
    };
  }
}

/** Can this record change what the pane shows? In a conversation an agent's own span may be a turn. */
function concerns(pane, record) {
  if (pane === "conversation" && record.type === "span") return SPEAKERS.has(record.span_kind);
  return RECORDS[pane]?.includes(record.type) ?? false;
}

/** A changed item takes the place of the old one; what a person opened stays open. */
function replaceKeepingFolds(known, item) {
  const open = [...known.querySelectorAll("details")].map((each) => each.open);
  item.querySelectorAll("details").forEach((each, i) => (each.open = open[i] ?? each.open));
  if (known.querySelector(".ms-fold.is-open")) item.querySelectorAll(".ms-fold").forEach((fold) => fold.classList.add("is-open"));
  known.replaceWith(item);
}
