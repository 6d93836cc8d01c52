// log-list: the lines, the latest first. New ones are asked for when the feed says so and every few seconds anyway, by
// a place that no commit can slip behind (traces/log_tail.py); they come in from above while nobody reads, and wait
// behind the "7 new" bar else. Earlier lines are fetched when the end comes near; what is far above is let go.

import { Feed } from "../lib/feed.js";
import { showConnection } from "../lib/connection.js";
import { wordsOf } from "../lib/marks.js";
import { connect, disconnect, register } from "../lib/registry.js";
import { markWords } from "../mission/marks.js";
import { compareLines, pickNew, placeOf } from "./lib/order.js";
import { parsePart, takeAround, toggleLine } from "./line.js";
import { refetch, swapTo } from "./swap.js";

const GATHER_MS = 250;
const LOOK_MS = 5_000;
const HISTOGRAM_MS = 5_000;
const MOST_LINES = 3_000;
const LET_GO = 1_000;

class LogList {
  constructor(section) {
    this.section = section;
    this.form = document.getElementById("filters");
    this.waiting = [];
    this.isLive = true;
    this.isPointedAt = false;
    this.timer = null;
  }

  connect() {
    this.drawn();
    this.feed = new Feed({
      path: this.section.dataset.feed,
      onRecords: () => this.hint(),
      onResync: () => this.hint(),
      onState: (state) => showConnection(state),
    });
    const listeners = [
      [this.section, "htmx:afterSwap", (event) => event.detail.target === this.section && this.drawn()],
      [this.section, "click", (event) => this.clicked(event)],
      [this.section, "pointerenter", () => (this.isPointedAt = true)],
      [this.section, "pointerleave", () => (this.isPointedAt = false)],
      [this.form.querySelector("[data-live]"), "click", () => this.setLive(!this.isLive)],
      [this.form.querySelector("[data-wrap]"), "change", () => this.wrap()],
      [document, "key", (event) => this.pressed(event)],
      [document, "visibilitychange", () => !document.hidden && this.feed.hurry()],
      [window, "pagehide", () => this.feed.stop()],
      [window, "pageshow", (event) => event.persisted && this.feed.start()],
    ];
    for (const [target, name, listen] of listeners) target.addEventListener(name, listen);
    const look = setInterval(() => this.hint(), LOOK_MS);
    this.feed.start();
    return () => {
      for (const [target, name, listen] of listeners) target.removeEventListener(name, listen);
      clearInterval(look);
      clearTimeout(this.timer);
      this.feed.stop();
    };
  }

  get list() {
    return this.section.querySelector("[data-rows]");
  }

  get scroller() {
    return this.section.querySelector("[data-scroll]");
  }

  /** Fresh results lie on the page: go on from their place, with nothing waiting. */
  drawn() {
    const place = this.section.querySelector("[data-after]");
    this.after = place.dataset.after;
    this.hasEnd = "ended" in place.dataset;
    this.waiting = [];
    this.isStale = this.isCut = false;
    this.known = new Set(this.rows().map((row) => row.dataset.id));
    this.mark(this.section);
    this.wrap();
    this.watchEnd();
    this.showWaiting();
  }

  rows() {
    return [...(this.list?.querySelectorAll(":scope > [data-row]") ?? [])];
  }

  mark(root) {
    const words = wordsOf(new URLSearchParams(location.search).get("q"));
    for (const body of root.querySelectorAll(".log-body")) markWords(body, words);
  }

  wrap() {
    this.section.classList.toggle("is-wrapped", this.form.querySelector("[data-wrap]").checked);
  }

  setLive(isLive) {
    this.isLive = isLive;
    this.form.querySelector("[data-live]").setAttribute("aria-pressed", String(isLive));
    if (isLive) this.hint();
  }

  clicked(event) {
    if (takeAround(event)) return;
    if (event.target.closest("[data-new-rows]")) this.toNow();
    const link = event.target.closest("a[data-open], a[data-id-filter], a[data-swap]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if ("open" in link.dataset) toggleLine(link.closest("[data-row]"));
    else if ("idFilter" in link.dataset) swapTo(withFilter(link));
    else swapTo(link.getAttribute("href"));
  }

  pressed(event) {
    if (event.detail.name !== "." || !this.list) return;
    event.preventDefault();
    this.toNow();
  }

  /** Earlier lines come before the reader is at the end. */
  watchEnd() {
    this.ending?.disconnect();
    const more = this.list?.querySelector("[data-more]");
    if (!more) return;
    this.ending = new IntersectionObserver(([end]) => end.isIntersecting && this.fetchEarlier(more), {
      root: this.scroller,
      rootMargin: "800px",
    });
    this.ending.observe(more);
  }

  async fetchEarlier(more) {
    this.ending.disconnect();
    const answer = await fetch(more.dataset.more, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || !more.isConnected) return; // the link at the end still leads on
    const page = document.createElement("template");
    page.innerHTML = await answer.text();
    this.mark(page.content);
    for (const row of page.content.querySelectorAll("[data-row]")) {
      if (this.known.has(row.dataset.id)) row.remove();
      this.known.add(row.dataset.id);
    }
    more.replaceWith(page.content);
    this.letGo();
    this.watchEnd();
  }

  letGo() {
    const rows = this.rows();
    if (rows.length <= MOST_LINES) return;
    for (const row of rows.slice(0, LET_GO)) {
      const detail = row.nextElementSibling;
      if (detail?.matches("[data-detail]")) {
        disconnect(detail);
        detail.remove();
      }
      row.remove();
    }
    this.isCut = true;
    this.showWaiting();
  }

  hint(delay = GATHER_MS) {
    if (!this.isLive || this.hasEnd || document.hidden) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.ask();
    }, delay);
  }

  async ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      await this.fetchChanges();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no connection just now: the next look asks again
    } finally {
      this.isAsking = false;
    }
  }

  async fetchChanges() {
    const after = this.after;
    const query = new URLSearchParams(location.search);
    query.delete("cursor");
    query.set("after", after);
    const answer = await fetch(`${this.section.dataset.changes}?${query}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || after !== this.after) return;
    const changes = parsePart(await answer.text());
    this.after = changes.dataset.after;
    if ("unsettled" in changes.dataset) this.hint();
    if ("more" in changes.dataset) this.isStale = true;
    this.take([...changes.querySelectorAll("[data-row]")]);
  }

  take(rows) {
    if (!this.list) {
      if (rows.length) refetch();
      return;
    }
    const last = this.rows().at(-1);
    const isPaged = this.list.querySelector("[data-more]") !== null;
    const fresh = pickNew(rows.map(lineOf), this.known, last && lineOf(last), isPaged);
    for (const line of fresh) this.known.add(line.pk);
    this.waiting.push(...fresh);
    if (fresh.length) this.countAgain();
    if (!this.mayInsert()) this.showWaiting();
    else if (this.isStale) this.toNow();
    else this.insert();
  }

  /** May lines come in from above? Not while somebody reads further down, points at them or has opened one. */
  mayInsert() {
    const isReading = this.list.querySelector('[aria-selected="true"], .is-open') || this.list.contains(document.activeElement);
    return !this.isCut && !this.isPointedAt && !isReading && this.scroller.scrollTop < 8;
  }

  insert() {
    const shown = this.rows();
    const lines = shown.map(lineOf);
    for (const line of this.waiting.sort(compareLines)) {
      const before = lines[placeOf(line, lines)];
      line.row.classList.add("is-fresh");
      this.mark(line.row);
      if (before) before.row.before(line.row);
      else lines.length ? lines.at(-1).row.after(line.row) : this.list.prepend(line.row);
      connect(line.row);
    }
    this.waiting = [];
    const rows = this.rows();
    if (rows.length > MOST_LINES) this.dropEnd(rows);
    this.showWaiting();
  }

  /** A page that is left open does not grow for ever: its end is what a fresh list would not hold either. */
  dropEnd(rows) {
    for (const row of rows.slice(MOST_LINES - LET_GO)) row.remove();
    this.list.querySelector("[data-more]")?.remove();
    this.isStale = true;
  }

  showWaiting() {
    const bar = this.section.querySelector("[data-new-rows]");
    if (!bar) return;
    bar.hidden = !this.waiting.length && !this.isStale && !this.isCut;
    bar.querySelector("span").textContent = this.isStale || this.isCut ? "To the latest lines" : `${this.waiting.length} new`;
  }

  toNow() {
    if (this.isStale || this.isCut || !this.list) refetch();
    else {
      this.insert();
      this.scroller.scrollTop = 0;
    }
  }

  /** The histogram follows, but not with every line. */
  countAgain() {
    this.counting ??= setTimeout(() => {
      this.counting = null;
      const box = this.section.querySelector("[data-histogram]");
      if (box && !box.matches(":active")) globalThis.htmx.ajax("GET", box.dataset.histogram, { source: box, target: box, swap: "innerHTML" });
    }, HISTOGRAM_MS);
  }
}

function lineOf(row) {
  return { pk: row.dataset.id, ns: row.dataset.ns, row };
}

/** The page's address with the link's filter: a line that came with another question knows only its own. */
function withFilter(link) {
  const query = new URLSearchParams(location.search);
  const name = link.dataset.idFilter;
  query.set(name, new URLSearchParams(link.getAttribute("href").split("?")[1]).get(name));
  query.delete("cursor");
  return `/logs/?${query}`;
}

register("log-list", (section) => new LogList(section).connect());
