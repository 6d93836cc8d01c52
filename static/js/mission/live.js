// What arrives while the page is open: put into the spans in place, told to the panes, counted at the tabs.

import { backoff, Feed } from "../lib/feed.js";
import { connect, disconnect } from "../lib/registry.js";
import { clock } from "./lib/clock.js";
import { parsePartial } from "./dom.js";
import { FetchFailure, fetchHtml } from "./fetching.js";
import { nameEvidence, showNow } from "./labels.js";
import { keysOf } from "./lib/address.js";
import { showCounts } from "./tabs.js";

const TOGETHER_MS = 120;
const HEAD_MS = 1500;
const MOST_HELD = 5000;
const PLAN_MS = 2000;
const PLAN_ROWS = 4000;

export class Live {
  constructor(page) {
    this.page = page;
    this.queue = [];
    this.held = 0;
    this.isPaused = false;
    this.isOutdated = false;
    this.isHeadOld = false;
    this.failures = 0;
    this.lastSeen = Date.now();
    this.box = document.getElementById("live");
    this.box.addEventListener("click", () => this.toggle());
    this.feed = this.#makeFeed(page.spans.table.cursor);
    window.addEventListener("online", () => this.feed.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.feed.hurry());
    document.addEventListener("alertschange", ({ detail }) => this.#alertsChanged(detail));
  }

  #makeFeed(cursor) {
    return new Feed({
      path: this.page.config.urls.socket,
      cursor,
      onRecords: (records) => this.#receive(records),
      onResync: () => this.#outdated(),
      onState: (state) => this.#show(state),
    });
  }

  /** What changed between the page and its spans the feed does not tell again: the head may be older than its cursor. */
  start() {
    this.feed.start();
    if (document.getElementById("mission-head").dataset.cursor !== String(this.page.spans.table.cursor)) this.#refreshHead();
  }

  /** Paused, the page stands still and counts; going on, it catches up without a gap. */
  toggle() {
    this.isPaused = !this.isPaused;
    if (!this.isPaused && this.isOutdated) {
      this.#readAgain();
    } else if (!this.isPaused) {
      if (this.page.spans.table.cursor !== this.feed.cursor && this.queue.length === 0) this.#restart();
      this.#flush();
    }
    if (!this.isPaused && this.isHeadOld) this.#refreshHead();
    this.#show(this.state);
  }

  #alertsChanged(missions) {
    if (missions && !missions.includes(this.page.config.mission)) return;
    if (this.isPaused) this.isHeadOld = true;
    else this.#refreshHead();
  }

  #restart() {
    this.feed.stop();
    this.feed = this.#makeFeed(this.page.spans.table.cursor);
    this.feed.start();
  }

  #receive(records) {
    this.lastSeen = Date.now();
    this.queue.push(...records);
    if (this.isPaused) {
      this.held += records.length;
      if (this.queue.length > MOST_HELD) {
        this.queue = [];
        this.feed.stop();
      }
      this.#show(this.state);
      return;
    }
    const patience = Math.max(TOGETHER_MS, this.page.spans.table.count / 150);
    this.timer ??= setTimeout(() => this.#flush(), patience);
  }

  #flush() {
    clearTimeout(this.timer);
    this.timer = null;
    this.held = 0;
    const records = this.queue;
    if (records.length === 0) return;
    this.queue = [];
    const { spans, panes, panel } = this.page;
    const since = spans.table.cursor;
    spans.merge(records);
    spans.table.cursor = records.at(-1).change_seq ?? this.feed.cursor;
    panel.forget(keysOf(records));
    for (const pane of Object.values(panes)) pane.changed?.(records, since);
    if (records.some((record) => record.type === "step")) this.#planChanged();
    this.#refreshHead();
  }

  /** Rows of steps and agents hang together: they are read again, the more of them the less often. */
  #planChanged() {
    const { table } = this.page.spans;
    this.planTimer ??= setTimeout(async () => {
      this.planTimer = null;
      if (this.isPaused || this.isOutdated) return;
      await this.#reloadSpans().then(() => this.#showPlan(), () => this.#planChanged());
    }, PLAN_MS * Math.max(1, table.count / PLAN_ROWS));
  }

  #showPlan() {
    this.page.panes.timeline.renew();
    this.page.panel.renew();
  }

  /** Header, verdict and counts come as the same markup as at first paint, at most every HEAD_MS. */
  #refreshHead() {
    this.headTimer ??= setTimeout(async () => {
      this.headTimer = null;
      this.isHeadOld = false;
      const page = parsePartial(await fetchHtml(this.page.config.urls.head).catch(() => ""));
      const head = page.querySelector("#mission-head");
      if (!head) return;
      const old = document.getElementById("mission-head");
      nameEvidence(head, this.page.spans.table);
      disconnect(old);
      old.replaceWith(head);
      connect(head);
      showNow(this.page.spans);
      showCounts(JSON.parse(head.dataset.counts));
    }, HEAD_MS);
  }

  /** The server no longer knows our cursor. What it told before is void: rows of it may have left the mission. */
  #outdated() {
    this.feed.stop();
    clearTimeout(this.timer);
    this.timer = null;
    this.queue = [];
    this.held = 0;
    this.isOutdated = true;
    if (!this.isPaused) this.#readAgain();
  }

  /** Everything is read again, until it is there; selection, folds and zoom stay. */
  async #readAgain() {
    if (this.isReading) return;
    this.isReading = true;
    try {
      await this.#reload();
      this.failures = 0;
      this.isOutdated = false;
    } catch (error) {
      if (!(error instanceof FetchFailure)) throw error;
      this.#show("offline");
      setTimeout(() => this.isPaused || this.#readAgain(), backoff(this.failures));
      this.failures += 1;
      return;
    } finally {
      this.isReading = false;
    }
    this.#restart();
  }

  async #reload() {
    await this.#reloadSpans();
    for (const pane of Object.values(this.page.panes)) pane.renew?.();
    this.page.panel.renew();
    this.#refreshHead();
  }

  /** All rows anew; selection, folds, zoom and playhead stay where they are. */
  async #reloadSpans() {
    const { spans, state } = this.page;
    const folded = [...state.get("collapsed")].map((row) => spans.table.key(row));
    const base = spans.table.base;
    await spans.load();
    const shift = Number(base - spans.table.base);
    const { view, at } = state.values;
    state.set({
      collapsed: new Set(folded.map((key) => spans.table.rowOf(key)).filter((row) => row >= 0)),
      view: view && view.map((edge) => edge + shift),
      at: at === null ? null : at + shift,
    });
  }

  #show(state) {
    this.state = state;
    const isRunning = this.page.spans.isRunning;
    const shown = this.isPaused ? "paused" : state === "live" && !isRunning ? "watching" : state;
    this.box.dataset.state = shown;
    this.box.setAttribute("aria-pressed", this.isPaused);
    this.box.querySelector("[data-word]").textContent = this.#word(shown);
  }

  #word(state) {
    switch (state) {
      case "live":
        return "live";
      case "watching":
        return "up to date";
      case "paused":
        return this.held ? `paused, ${this.held} waiting` : "paused";
      case "offline":
        return `reconnecting, last update ${clock(BigInt(this.lastSeen) * 1000000n)}, nothing is lost`;
      case "ended":
        return "not live: no access";
      default:
        return "connecting";
    }
  }
}
