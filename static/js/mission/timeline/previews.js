// What the spans in view said or did: asked for a moment after they came into view, a few at a time, and kept.

import { fetchJson } from "../fetching.js";
import { mayPreview, wantedRows } from "../lib/previews.js";

const MOST = 60;
const PATIENCE_MS = 200;
const AGAIN_MS = 5000;
const KEPT = 5000;

export class Previews {
  /** `changed` is called when there is more to draw. */
  constructor(url, changed) {
    Object.assign(this, { url, changed });
    this.known = new Map();
    this.frame = null;
  }

  /** The text of a row; empty while it is not known. */
  text(table, row) {
    return (mayPreview(table, row) && this.known.get(table.key(row))) || "";
  }

  /** A frame was drawn: what it lacks is asked for soon. */
  want(frame) {
    this.frame = frame;
    if (wantedRows(frame, this.known, 1).length) this.timer ??= setTimeout(() => this.#read(), PATIENCE_MS);
  }

  /** What was known of these spans is old; of all of them without `keys`. */
  forget(keys) {
    if (keys) for (const key of keys) this.known.delete(key);
    else this.known.clear();
  }

  async #read() {
    const { table } = this.frame;
    const keys = wantedRows(this.frame, this.known, MOST).map((row) => table.key(row));
    const found = keys.length ? await fetchJson(`${this.url}&keys=${keys.join(",")}`).catch(() => null) : null;
    if (found) {
      for (const key of keys) this.known.set(key, found.previews[key] ?? "");
      while (this.known.size > KEPT) this.known.delete(this.known.keys().next().value);
    }
    this.timer = found || !keys.length ? null : setTimeout(() => this.#read(), AGAIN_MS);
    if (found) this.changed();
  }
}
