// live-error: what is known of an error stays true while its page is open. The event that is read stays where it is; a
// part with an open menu or the focus in it waits until that has gone.

import { fetchPart, followHints } from "../lib/hints.js";
import { connect, disconnect, register } from "../lib/registry.js";

register("live-error", (article) => {
  const drawn = new Map(parts(article).map((part) => [part.dataset.live, textOf(part)]));
  let isWaiting = false;

  const ask = async () => {
    const fresh = await fetchPart(article.dataset.path);
    if (!fresh) return;
    isWaiting = false;
    for (const part of parts(fresh)) take(part);
  };
  const take = (part) => {
    const name = part.dataset.live;
    const old = article.querySelector(`[data-live="${name}"]`);
    if (!old || drawn.get(name) === textOf(part)) return;
    if (old.contains(document.activeElement) || old.querySelector("details[open]")) {
      isWaiting = true;
      return;
    }
    drawn.set(name, textOf(part));
    disconnect(old);
    old.replaceWith(part);
    connect(part);
  };
  const released = () => isWaiting && hints.hint();
  const hints = followHints(article, ask);
  article.addEventListener("focusout", released);
  article.addEventListener("toggle", released, true);
  return () => {
    article.removeEventListener("focusout", released);
    article.removeEventListener("toggle", released, true);
    hints.stop();
  };
});

function parts(root) {
  return [...root.querySelectorAll("[data-live]")];
}

/** The part without the tokens of its forms, which differ each time. */
function textOf(part) {
  return part.outerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
}
