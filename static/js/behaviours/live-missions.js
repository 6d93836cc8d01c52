// live-missions: the list stays true while it is read. A delta on the feed is a hint; the changed rows are fetched
// as the server draws them. Shown rows change in place; new ones wait behind the "7 new" bar while somebody reads.

import { Feed } from "../lib/feed.js";
import { connect, disconnect, register } from "../lib/registry.js";
import { showConnection } from "../lib/connection.js";

const GATHER_MS = 400;
const LATEST_FIRST = "-last_activity";

register("live-missions", (section) => new LiveMissions(section).connect());

class LiveMissions {
  constructor(section) {
    this.section = section;
    this.waiting = new Set();
    this.timer = null;
    this.isAsking = false;
    this.isBehind = false;
    this.isPointedAt = false;
    this.isStale = false;
    this.drawn();
  }

  connect() {
    this.feed = new Feed({
      path: this.section.dataset.feed,
      cursor: this.after,
      onRecords: () => this.hint(),
      onResync: () => this.renew(),
      onState: (state) => showConnection(state),
    });
    const listeners = [
      [this.section, "htmx:afterSwap", (event) => event.detail.target === this.section && this.drawn()],
      [this.section, "click", (event) => event.target.closest("[data-new-rows]") && this.refresh()],
      [this.section, "pointerenter", () => (this.isPointedAt = true)],
      [this.section, "pointerleave", () => (this.isPointedAt = false)],
      [document, "key", (event) => this.pressed(event)],
      [document, "visibilitychange", () => !document.hidden && this.feed.hurry()],
      [window, "online", () => this.feed.hurry()],
      [window, "pagehide", () => this.feed.stop()],
      [window, "pageshow", (event) => event.persisted && this.feed.start()],
    ];
    for (const [target, name, listen] of listeners) target.addEventListener(name, listen);
    this.feed.start();
    return () => {
      for (const [target, name, listen] of listeners) target.removeEventListener(name, listen);
      clearTimeout(this.timer);
      this.feed.stop();
    };
  }

  /** A fresh list lies on the page: go on from its cursor, with nothing waiting. */
  drawn() {
    const table = this.section.querySelector("[data-cursor]");
    this.after = table?.dataset.cursor ?? this.after ?? this.section.dataset.cursor ?? "0";
    this.waiting.clear();
    this.isStale = false;
    this.showWaiting();
  }

  hint() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.ask();
    }, GATHER_MS);
  }

  async ask() {
    if (this.isAsking) {
      this.isBehind = true;
      return;
    }
    this.isAsking = true;
    try {
      await this.fetchChanges();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.hint(); // no connection just now
    } finally {
      this.isAsking = false;
    }
    if (this.isBehind) {
      this.isBehind = false;
      this.hint();
    }
  }

  async fetchChanges() {
    const after = this.after;
    const query = new URLSearchParams(location.search);
    query.delete("cursor");
    query.set("after", after);
    const answer = await fetch(`${this.section.dataset.changes}?${query}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || after !== this.after) return;
    const changes = parse(await answer.text());
    this.after = changes.dataset.after;
    if ("more" in changes.dataset) this.renew();
    else if (this.section.querySelector("[data-rows]")) this.take(changes);
    else if (changes.querySelector("[data-taken]")) this.refresh();
  }

  take(changes) {
    const shown = new Map([...this.section.querySelectorAll("[data-row]")].map((row) => [row.dataset.id, row]));
    for (const row of changes.querySelectorAll("[data-row]")) {
      const old = shown.get(row.dataset.id);
      if (old) replaceRow(old, row);
      else if ("taken" in row.dataset) this.waiting.add(row.dataset.id);
    }
    this.redrawStrip(changes.querySelector("[data-strip]"));
    if (this.waiting.size && this.mayInsert()) this.refresh();
    else this.showWaiting();
  }

  redrawStrip(fresh) {
    const strip = this.section.querySelector("#strip");
    if (strip.contains(document.activeElement)) return;
    strip.replaceChildren(...fresh.childNodes);
    globalThis.htmx.process(strip);
  }

  /** So much has changed that only a fresh list says it: at once, or when the reader asks for it. */
  renew() {
    this.isStale = true;
    if (this.mayInsert()) this.refresh();
    else this.showWaiting();
  }

  /** May rows come in from above? Not while somebody reads, points at the list, or has chosen a row. */
  mayInsert() {
    const isBusy = this.isPointedAt || this.section.querySelector('[aria-selected="true"]') || this.section.contains(document.activeElement);
    return !isBusy && window.scrollY < 8 && isLatestFirst();
  }

  showWaiting() {
    const bar = this.section.querySelector("[data-new-rows]");
    if (!bar) return;
    bar.hidden = !this.waiting.size && !this.isStale;
    bar.querySelector("span").textContent = this.isStale ? "Much has changed" : `${this.waiting.size} new`;
  }

  refresh() {
    window.scrollTo({ top: 0 });
    const query = new URLSearchParams(location.search);
    query.delete("cursor");
    const path = query.size ? `${location.pathname}?${query}` : location.pathname;
    globalThis.htmx.ajax("GET", path, { source: this.section, target: this.section, swap: "innerHTML" });
  }

  pressed(event) {
    if (event.detail.name !== "." || !(this.waiting.size || this.isStale)) return;
    event.preventDefault();
    this.refresh();
  }
}

function isLatestFirst() {
  const query = new URLSearchParams(location.search);
  return !query.has("cursor") && (query.get("sort") ?? LATEST_FIRST) === LATEST_FIRST;
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-changes]");
}

/** The new row in place of the old, with its selection and focus. */
function replaceRow(old, fresh) {
  if (old.dataset.seq === fresh.dataset.seq) return;
  const hadFocus = old.contains(document.activeElement);
  disconnect(old);
  if (old.ariaSelected) fresh.ariaSelected = old.ariaSelected;
  fresh.classList.toggle("is-changed", old.dataset.status !== fresh.dataset.status);
  old.replaceWith(fresh);
  connect(fresh);
  if (hadFocus) fresh.querySelector("[data-open]").focus({ preventScroll: true });
}
