// The selection: what is known of one span, written by the server, fetched when it is selected.

import { connect, disconnect } from "../lib/registry.js";
import { failureNote, parsePartial } from "./dom.js";
import { nameEvidence, showPath } from "./labels.js";
import { bringOut, markWords } from "./marks.js";
import { formatBytes } from "../lib/formats.js";
import { fetchHtml, fetchText } from "./fetching.js";
import { parseKey } from "./lib/address.js";
import { Overview, unfold } from "./overview.js";
import { handleClick } from "./panes/list.js";

const KEPT = 24;
const SKELETON_AFTER_MS = 120;
const MOST_RAW = 400_000;
const TAB_KEY = "mission.panel-tab";

export class Panel {
  constructor(box, { config, state, spans, words }) {
    Object.assign(this, { box, config, state, spans, words });
    this.sought = words.length ? state.get("span") : null;
    this.body = box.querySelector("[data-body]");
    this.overview = new Overview(this.body, { config, spans });
    this.kept = new Map();
    this.shown = null;
    box.addEventListener("click", (event) => this.#click(event));
    box.addEventListener("input", (event) => event.target.matches("[data-filter]") && filterRows(event.target));
    box.addEventListener("items", () => markWords(this.body, words));
    state.on("span", () => this.show());
    this.show();
  }

  /** Steps out of the selection; tells whether there was one. */
  leave() {
    if (!this.state.get("span")) return false;
    this.state.set({ span: null });
    return true;
  }

  async show({ again = false } = {}) {
    const key = this.state.get("span");
    this.abort?.abort();
    if (!key) {
      this.shown = null;
      disconnect(this.body);
      this.overview.show();
      return;
    }
    if (this.kept.has(key) && !again) {
      this.#put(key, this.kept.get(key));
      return;
    }
    const abort = (this.abort = new AbortController());
    const timer = setTimeout(() => !again && this.#skeleton(), SKELETON_AFTER_MS);
    try {
      const html = await fetchHtml(this.url(key), { signal: abort.signal });
      this.#keep(key, html);
      if (this.state.get("span") === key) this.#put(key, html);
    } catch (error) {
      if (error.name !== "AbortError") this.body.replaceChildren(failureNote(error.message, () => this.show()));
    } finally {
      clearTimeout(timer);
    }
  }

  url(key) {
    const { traceId, spanId, side } = parseKey(key);
    return `${this.config.urls.span}/${traceId}/${spanId}/panel${side ? "?side=1" : ""}`;
  }

  /** Live: what is kept of these spans is old; the one in view is read again, its place and folds stay. */
  forget(keys) {
    this.overview.renew();
    for (const key of keys) this.kept.delete(key);
    if (keys.includes(this.shown)) this.show({ again: true });
  }

  /** All that is kept is old. */
  renew() {
    this.overview.renew();
    this.kept.clear();
    if (this.shown) this.show({ again: true });
  }

  #keep(key, html) {
    this.kept.set(key, html);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
  }

  #put(key, html) {
    const isSame = this.shown === key;
    const top = this.body.scrollTop;
    const open = isSame ? [...this.body.querySelectorAll("details")].map((each) => each.open) : [];
    this.shown = key;
    disconnect(this.body);
    this.body.replaceChildren(parsePartial(html));
    connect(this.body);
    this.name();
    this.#tab(sessionStorage.getItem(TAB_KEY));
    this.body.querySelectorAll("details").forEach((each, i) => (each.open = open[i] ?? each.open));
    this.body.scrollTop = isSame ? top : 0;
    this.#markFound(key);
  }

  /** What the search found is marked; the span it led to opens at the first mark. */
  #markFound(key) {
    const first = markWords(this.body, this.words);
    if (!first || this.sought !== key) return;
    this.sought = null;
    const inTab = first.closest("[data-tab-body]") ? first : (this.body.querySelector("[data-tab-body] mark") ?? first);
    const tab = inTab.closest("[data-tab-body]");
    if (tab) this.#tab(tab.dataset.tabBody);
    bringOut(inTab);
  }

  /** Names that only the page knows: the spans above this one, and those that are cited. */
  name() {
    if (this.spans.table && !this.state.get("span")) this.overview.read();
    if (!this.spans.table || !this.shown) return;
    nameEvidence(this.body, this.spans.table);
    showPath(this.body, this.spans.table, this.shown);
  }

  #skeleton() {
    this.body.replaceChildren(document.getElementById("selection-loading").content.cloneNode(true));
  }

  #click(event) {
    const tab = event.target.closest("[role=tab]");
    if (tab) {
      sessionStorage.setItem(TAB_KEY, tab.dataset.tab);
      this.#tab(tab.dataset.tab);
      return;
    }
    const rows = event.target.closest("[data-more-rows]");
    if (rows) {
      unfold(rows);
      return;
    }
    if (event.target.closest("[data-command=close]")) {
      this.leave();
      return;
    }
    handleClick(event, this.box, this.state);
  }

  /** Shows a tab by name, the first one when this span has no such tab. */
  #tab(name) {
    const tabs = [...this.body.querySelectorAll("[role=tab]")];
    const chosen = tabs.find((tab) => tab.dataset.tab === name) ?? tabs[0];
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", tab === chosen);
      this.body.querySelector(`[data-tab-body="${tab.dataset.tab}"]`).hidden = tab !== chosen;
    }
    if (chosen?.dataset.tab === "raw") this.#raw();
  }

  /** All of the span as text comes when somebody looks at it. */
  async #raw() {
    const section = this.body.querySelector("[data-raw]");
    const place = section.querySelector("pre");
    if (place.textContent) return;
    const text = await fetchText(section.dataset.raw).catch((error) => error.message);
    place.textContent = text.length > MOST_RAW ? `${text.slice(0, MOST_RAW)}\n… ${formatBytes(text.length - MOST_RAW)} more: open` : text;
    markWords(place, this.words);
  }

  /** Raw and back: the key is r. */
  key(name) {
    if (name !== "r" || !this.shown || !this.body.querySelector("[data-raw]")) return false;
    const current = this.body.querySelector("[role=tab][aria-selected=true]").dataset.tab;
    this.#tab(current === "raw" ? (this.before ?? "") : "raw");
    this.before = current === "raw" ? null : current;
    return true;
  }
}

/** Hides the rows of a table that do not hold the text. */
function filterRows(input) {
  const text = input.value.trim().toLowerCase();
  const table = input.closest("[data-filtered]");
  let left = 0;
  for (const row of table.querySelectorAll("[data-row-text]")) {
    row.hidden = text !== "" && !row.textContent.toLowerCase().includes(text);
    left += row.hidden ? 0 : 1;
  }
  table.querySelector("[data-none]").hidden = left > 0;
}
