// The plan pane: the steps of a plan, or its plans. What was read on and what is open stays when it is read again.

import { HtmlPane } from "./html_pane.js";

export class PlanPane extends HtmlPane {
  constructor(box, page) {
    super("plan", box, page);
    this.hasVerbs = false;
    this.isRenewed = false;
    box.addEventListener("click", (event) => this.#chooseVerb(event));
    box.addEventListener("toggle", (event) => event.target.matches("[data-verbs]") && (this.hasVerbs = event.target.open), true);
    box.addEventListener("loaded", () => {
      const verbs = box.querySelector("[data-verbs]");
      if (verbs) verbs.open = this.hasVerbs;
    });
  }

  /** As many rows as were there come again. */
  url(extra = {}) {
    if (!this.isRenewed) return super.url(extra);
    return super.url({ ...extra, shown: this.box.querySelectorAll("[data-items] > *").length });
  }

  async renew() {
    this.isRenewed = true;
    await super.renew();
    this.isRenewed = false;
  }

  /** A verb of the summary shows its steps; a second time all of them. */
  #chooseVerb(event) {
    const button = event.target.closest("[data-verb]");
    if (!button) return;
    const find = this.box.querySelector("[data-find]");
    find.value = find.value === button.dataset.verb ? "" : button.dataset.verb;
    find.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
