// The logs pane: a list that can begin at the line the address names, with the whole record open, and that goes along
// with the playhead.

import { bringOut, markWords } from "../marks.js";
import { HtmlPane } from "./html_pane.js";
import { bringIntoView, loadInto, loadMore } from "./list.js";
import { lastUpTo } from "../lib/moments.js";

const MOST_PAGES = 20;

export class LogsPane extends HtmlPane {
  constructor(box, page) {
    super("logs", box, page);
    this.words = page.words;
    this.opened = null;
    for (const name of ["loaded", "items"]) box.addEventListener(name, () => markWords(this.body, this.words));
    box.addEventListener("loaded", () => this.#showNamed());
    box.addEventListener("items", () => this.#showMoment(false));
    box.addEventListener("loaded", () => (this.state.get("log") === null ? this.#goToMoment() : this.#showMoment(false)));
    page.state.on("at", () => this.isLoaded && this.isShown() && this.#goToMoment());
    page.state.on("log", ({ log }) => this.isLoaded && (log === null || this.#named() ? this.#showNamed() : this.reload()));
  }

  /** The first page reaches to the line that is named. */
  url(extra = {}) {
    const log = this.state.get("log");
    return super.url(log === null || extra.changed_after !== undefined ? extra : { ...extra, log });
  }

  /** The playhead as an absolute time; null without one. */
  #moment() {
    const at = this.state.get("at");
    return at === null || !this.spans.table ? null : BigInt(this.spans.table.absolute(at));
  }

  /** Later pages are fetched until one reaches the playhead, then its line is brought into view. */
  async #goToMoment() {
    if (this.isGoing) return;
    this.isGoing = true;
    for (let page = 0; page < MOST_PAGES && this.#isBeyond(); page += 1) {
      const button = this.box.querySelector("[data-more-row] [data-more]");
      await loadMore(button, this.box);
      if (button.isConnected) break; // it failed, and says so
    }
    this.isGoing = false;
    this.#showMoment(true);
  }

  #isBeyond() {
    const moment = this.#moment();
    const last = this.#lines().at(-1);
    return moment !== null && last && BigInt(last.dataset.start) <= moment && this.box.querySelector("[data-more-row]");
  }

  #lines() {
    return [...this.box.querySelectorAll("[data-items] > [data-start]")];
  }

  /** Marks the last line up to the playhead. */
  #showMoment(scroll) {
    this.box.querySelector(".is-at")?.classList.remove("is-at");
    const [moment, lines] = [this.#moment(), this.#lines()];
    const line = moment === null ? null : lines[lastUpTo(lines.map(({ dataset }) => dataset.start), moment)];
    line?.classList.add("is-at");
    if (line && scroll) bringIntoView(line);
  }

  #named() {
    const log = this.state.get("log");
    return log === null ? null : this.box.querySelector(`#line-${log}`);
  }

  /** Marks the named line; the first time it is also opened and brought into view. */
  async #showNamed() {
    for (const line of this.box.querySelectorAll(".ms-line[aria-current]")) line.removeAttribute("aria-current");
    const line = this.#named();
    if (!line) return;
    line.setAttribute("aria-current", "true");
    if (this.opened === line.id) return;
    this.opened = line.id;
    bringIntoView(line);
    const button = line.querySelector("[data-load]");
    if (button) await loadInto(button);
    const mark = line.querySelector(".ms-line-detail mark");
    if (mark) bringOut(mark);
  }
}
