// The graph at the playhead: read again when the playhead rests, and now and then while it moves.

import { asOf } from "./as_of.js";

const REST_MS = 180;
const APART_MS = 700;

export class Moment {
  /** `read` fetches the graph of a time; `onChange` is called when what `of` gives is another. */
  constructor(read, onChange) {
    Object.assign(this, { read, onChange, at: null, past: null, askedAt: 0 });
  }

  /** The graph of now as it was at the playhead. */
  of(now) {
    return this.past ? asOf(now, this.past) : now;
  }

  /** What was read is of an older graph. */
  forget() {
    this.past = null;
    this.at = null;
  }

  go(at) {
    if (at === this.at) return;
    this.at = at;
    clearTimeout(this.timer);
    if (at === null) {
      if (this.past) {
        this.past = null;
        this.onChange();
      }
      return;
    }
    const wait = performance.now() - this.askedAt > APART_MS ? 0 : REST_MS;
    this.timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    const { at } = this;
    if (this.isAsking) return;
    this.isAsking = true;
    this.askedAt = performance.now();
    const past = await this.read(at).catch(() => null);
    this.isAsking = false;
    if (this.at === null) return;
    if (past) {
      this.past = past;
      this.onChange();
    }
    if (this.at !== at) this.timer = setTimeout(() => this.#ask(), REST_MS);
  }
}
