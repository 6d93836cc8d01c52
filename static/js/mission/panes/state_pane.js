// The state pane: what an agent's state was at the playhead, or how it differs between two moments.

import { HtmlPane } from "./html_pane.js";

const PATIENCE_MS = 150;

export class StatePane extends HtmlPane {
  constructor(box, page) {
    super("state", box, page);
    this.page = page;
    page.state.on(["at", "isPlaying"], () => this.#moved());
    box.addEventListener("click", (event) => this.#chosen(event), true);
    box.addEventListener("input", (event) => event.target.matches("[data-keys]") && filterKeys(box, event.target.value));
  }

  /** The moment goes with every question. */
  url(extra = {}) {
    const at = this.state.get("at");
    if (at === null || !this.spans.table) this.options.delete("at");
    else this.options.set("at", this.spans.table.absolute(at));
    return super.url(extra);
  }

  #moved() {
    if (!this.isLoaded) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.isShown() ? this.reload() : (this.isLoaded = false)), PATIENCE_MS);
  }

  /** Links that choose an agent, a moment, a key, or the moment to compare with. */
  #chosen(event) {
    const link = event.target.closest("[data-choose]");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    const { choose, value } = link.dataset;
    if (choose === "at") {
      this.state.set({ at: this.spans.table.offset(value), isPlaying: false });
      return;
    }
    if (value) this.options.set(choose, value);
    else this.options.delete(choose);
    this.reload();
  }

  key(name) {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[name];
    if (!step) return false;
    const moments = [...this.box.querySelectorAll("[data-choose=at]")];
    const at = moments.findIndex((moment) => moment.getAttribute("aria-current") === "true");
    moments[Math.min(Math.max(at + step, 0), moments.length - 1)]?.click();
    return true;
  }

  async changed(records) {
    const hasState = records.some((record) => record.type === "snapshot");
    if (hasState && this.isLoaded && this.state.get("at") === null) this.#moved();
  }
}

function filterKeys(box, text) {
  const wanted = text.trim().toLowerCase();
  for (const row of box.querySelectorAll("[data-path]")) {
    row.hidden = wanted !== "" && !row.dataset.path.toLowerCase().includes(wanted);
  }
}
