// The overview: where time, tokens and money went, written by the server, shown while nothing is selected.

import { failureNote, parsePartial } from "./dom.js";
import { fetchHtml } from "./fetching.js";

const AGAIN_MS = 4000;
const CLOCK_MS = 10_000;

export class Overview {
  constructor(body, { config, spans }) {
    Object.assign(this, { body, config, spans });
    this.isOld = true;
    this.page = null;
    setInterval(() => this.place && isLive() && !document.hidden && this.read(), CLOCK_MS);
  }

  get place() {
    return this.body.querySelector("[data-overview]");
  }

  /** Puts what is known in place of the selection, and reads it again where that is old. */
  show() {
    this.body.replaceChildren(document.getElementById("selection-empty").content.cloneNode(true));
    this.body.scrollTop = 0;
    if (this.page !== null) this.place.replaceChildren(parsePartial(this.page));
    if (this.isOld) this.read();
  }

  /** Live: what was read is old; what is in sight is read again, not more often than AGAIN_MS. */
  renew() {
    this.isOld = true;
    if (!this.place || document.hidden) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      if (this.place) this.read();
    }, AGAIN_MS);
  }

  /** The bars come first: before the spans are there nothing is asked for. */
  async read() {
    if (!this.spans.table || this.isReading) return;
    this.isReading = true;
    this.isOld = false;
    try {
      this.page = await fetchHtml(this.config.urls.overview);
      if (this.place) this.#put();
    } catch (error) {
      this.isOld = true;
      if (this.page === null) this.place?.replaceChildren(failureNote(error.message, () => this.read()));
    } finally {
      this.isReading = false;
    }
  }

  /** What is new takes the place of what was there; what was unfolded and what has the focus stay so. */
  #put() {
    const open = [...this.place.querySelectorAll("[data-more-rows][aria-expanded=true]")].map((button) => button.getAttribute("aria-controls"));
    const focused = this.place.contains(document.activeElement) ? addressOf(document.activeElement) : null;
    this.place.replaceChildren(parsePartial(this.page));
    for (const id of open) {
      const button = this.place.querySelector(`[aria-controls="${CSS.escape(id)}"]`);
      if (button) unfold(button);
    }
    if (focused) this.place.querySelector(focused)?.focus();
  }
}

/** Connected, not paused, and the mission runs: its times grow although nothing comes. */
const isLive = () => document.getElementById("live").dataset.state === "live";

function addressOf(node) {
  const [name, value] = node.dataset.span ? ["data-span", node.dataset.span] : ["aria-controls", node.getAttribute("aria-controls")];
  return value ? `${node.localName}[${name}="${CSS.escape(value)}"]` : null;
}

/** Shows or folds the rows beyond the first. */
export function unfold(button) {
  const rows = document.getElementById(button.getAttribute("aria-controls"));
  rows.hidden = !rows.hidden;
  button.setAttribute("aria-expanded", !rows.hidden);
  button.querySelector("[data-more-word]").hidden = !rows.hidden;
  button.querySelector("[data-less-word]").hidden = rows.hidden;
}
