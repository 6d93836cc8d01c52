// The logs pane: a list that can begin at the line the address names, with the whole record open.

import { bringOut, markWords } from "../marks.js";
import { HtmlPane } from "./html_pane.js";
import { bringIntoView, loadInto } from "./list.js";

export class LogsPane extends HtmlPane {
  constructor(box, page) {
    super("logs", box, page);
    this.words = page.words;
    this.opened = null;
    for (const name of ["loaded", "items"]) box.addEventListener(name, () => markWords(this.body, this.words));
    box.addEventListener("loaded", () => this.#showNamed());
    page.state.on("log", ({ log }) => this.isLoaded && (log === null || this.#named() ? this.#showNamed() : this.reload()));
  }

  /** The first page reaches to the line that is named. */
  url(extra = {}) {
    const log = this.state.get("log");
    return super.url(log === null || extra.changed_after !== undefined ? extra : { ...extra, log });
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
