// alert-watch: the count beside "Alerts" stays true on every page, and what begins to fire is said once. Pages that show
// alerts hear of every change by "alertschange" on the document; its detail names the missions, or is null: any.

import { messagesOf, missionsOf, newlyFiring } from "../lib/alert_news.js";
import { showConnection } from "../lib/connection.js";
import { Feed } from "../lib/feed.js";
import { register } from "../lib/registry.js";
import { showLinkToast } from "../lib/toasts.js";

const GATHER_MS = 500;
const MOODS = { critical: "failed", warning: "waiting", info: "active" };

register("alert-watch", (count) => {
  const told = new Set();
  let gathered = [];
  let timer = null;
  let isCertain = true;

  const changed = () => {
    timer ??= setTimeout(() => {
      timer = null;
      const news = newlyFiring(gathered, told);
      const missions = isCertain ? missionsOf(gathered) : null;
      isCertain = true;
      gathered = [];
      for (const { id } of news) told.add(id);
      for (const { text, path, severity } of messagesOf(news)) showLinkToast(text, path, MOODS[severity] ?? "");
      recount();
      document.dispatchEvent(new CustomEvent("alertschange", { detail: missions }));
    }, GATHER_MS);
  };
  const recount = async () => {
    try {
      const answer = await fetch(count.dataset.standing, { headers: { Accept: "application/json" } });
      if (answer.ok) show(count, await answer.json());
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no connection just now: the feed resumes and asks again
    }
  };
  const feed = new Feed({
    path: count.dataset.feed,
    cursor: count.dataset.cursor,
    onRecords: (records) => {
      gathered.push(...records);
      changed();
    },
    onResync: () => {
      isCertain = false;
      changed();
    },
    onState: (state) => document.querySelector("[data-live-alerts]") && showConnection(state),
  });
  const listeners = [
    [document, "visibilitychange", () => !document.hidden && feed.hurry()],
    [window, "online", () => feed.hurry()],
    [window, "pagehide", () => feed.stop()],
    [window, "pageshow", (event) => event.persisted && feed.start()],
  ];
  for (const [target, name, listen] of listeners) target.addEventListener(name, listen);
  feed.start();
  return () => {
    for (const [target, name, listen] of listeners) target.removeEventListener(name, listen);
    clearTimeout(timer);
    feed.stop();
  };
});

function show(count, { shown, severity, total }) {
  count.hidden = !total;
  count.querySelector("[data-count]").textContent = shown;
  for (const [name, mood] of Object.entries(MOODS)) count.classList.toggle(`status-${mood}`, name === (severity || "info"));
}
