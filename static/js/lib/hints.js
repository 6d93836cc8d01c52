// Follows a live feed whose frames are hints: however many come, the page asks once, and once more when some came
// while it was asking.

import { showConnection } from "./connection.js";
import { Feed } from "./feed.js";

const GATHER_MS = 400;

/** Ask by `ask()` (a promise) after hints; gives {hint, stop}. */
export function gatherHints(ask, schedule = setTimeout, cancel = clearTimeout) {
  let timer = null;
  let isAsking = false;
  let isBehind = false;
  const hint = () => {
    if (isAsking) isBehind = true;
    else timer ??= schedule(run, GATHER_MS);
  };
  const run = async () => {
    timer = null;
    isAsking = true;
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      isBehind = true; // no connection just now
    } finally {
      isAsking = false;
      if (isBehind) hint();
      isBehind = false;
    }
  };
  return { hint, stop: () => cancel(timer) };
}

/** Ask after each change that the feed of `element` tells; gives {hint, stop}. */
export function followHints(element, ask) {
  const hints = gatherHints(ask);
  const feed = new Feed({
    path: element.dataset.feed,
    cursor: element.dataset.cursor,
    onRecords: hints.hint,
    onResync: hints.hint,
    onState: showConnection,
  });
  const listeners = [
    [document, "visibilitychange", () => !document.hidden && feed.hurry()],
    [window, "online", () => feed.hurry()],
    [window, "pagehide", () => feed.stop()],
    [window, "pageshow", (event) => event.persisted && feed.start()],
  ];
  for (const [target, name, listen] of listeners) target.addEventListener(name, listen);
  feed.start();
  const stop = () => {
    for (const [target, name, listen] of listeners) target.removeEventListener(name, listen);
    hints.stop();
    feed.stop();
  };
  return { hint: hints.hint, stop };
}

/** What the server draws at this address for a page that is open; null when it says no. */
export async function fetchPart(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
