// The mission page: reads what the server wrote, makes the shared state, and gives it to the panes.

import { keyName, isTyping } from "../lib/keys.js";
import { wordsOf } from "../lib/marks.js";
import { bindAddress } from "./address_bar.js";
import { bindDivider } from "./divider.js";
import { failureNote } from "./dom.js";
import { nameEvidence, showNow } from "./labels.js";
import { handleClick } from "./panes/list.js";
import { Graph } from "./graph/graph.js";
import { Live } from "./live.js";
import { HtmlPane } from "./panes/html_pane.js";
import { LogsPane } from "./panes/logs_pane.js";
import { PlanPane } from "./panes/plan_pane.js";
import { StatePane } from "./panes/state_pane.js";
import { Panel } from "./panel.js";
import { Playback } from "./playback.js";
import { PageState } from "./state.js";
import { Spans } from "./spans.js";
import { bindTabs } from "./tabs.js";
import { Theme } from "./theme.js";
import { Timeline } from "./timeline/timeline.js";
import { readAddress } from "./lib/address.js";

const DEFAULTS = { at: null, view: null, collapsed: new Set(), filter: "", errorsOnly: false, isPlaying: false, speed: 1, revealNow: 0 };

function start() {
  const config = JSON.parse(document.getElementById("mission-page").textContent);
  const address = readAddress(location.search, config.panes);
  const state = new PageState({ ...DEFAULTS, pane: address.pane, span: address.span ?? begin(config, address), log: address.log });
  const spans = new Spans(config.urls);
  const page = { config, state, spans, theme: new Theme(), words: wordsOf(new URLSearchParams(location.search).get("q")) };
  const box = (name) => document.getElementById(`pane-${name}`);
  page.panes = {
    timeline: new Timeline(box("timeline"), page),
    graph: new Graph(box("graph"), page),
    state: new StatePane(box("state"), page),
    logs: new LogsPane(box("logs"), page),
    plan: new PlanPane(box("plan"), page),
  };
  for (const name of config.panes) page.panes[name] ??= new HtmlPane(name, box(name), page);
  page.panel = new Panel(document.getElementById("selection"), page);
  page.playback = new Playback(document.getElementById("replay"), page);
  bindTabs(page);
  bindDivider(document.getElementById("workspace"));
  bindKeys(page);
  load(page, address);
}

/** Where an address names nothing, a mission that failed begins with the span where it went wrong. */
function begin({ root }, { log }) {
  return log === null && root ? root : null;
}

async function load(page, address) {
  const box = document.getElementById("workspace");
  try {
    await page.spans.load();
  } catch (error) {
    box.dataset.state = "failed";
    document.getElementById("load-failure").replaceChildren(
      failureNote(`The spans of this mission could not be loaded. ${error.message}`, () => location.reload()),
    );
    return;
  }
  box.dataset.state = "ready";
  if (address.at !== null) page.state.set({ at: page.spans.table.offset(address.at) });
  page.panes.timeline.opened();
  page.panel.name();
  bindHead(page);
  bindAddress(page);
  page.live = new Live(page);
  page.live.start();
}

/** Links to evidence select; they read as the names of the spans they lead to. */
function bindHead(page) {
  nameEvidence(document.getElementById("mission-head"), page.spans.table);
  showNow(page.spans);
  setInterval(() => page.spans.isRunning && !document.hidden && showNow(page.spans), 1000);
  document.getElementById("main").addEventListener("click", (event) => {
    const head = event.target.closest("#mission-head");
    if (head && event.target.closest("[data-evidence]")) handleClick(event, head, page.state);
  });
}

/** Keys belong to the pane in view, then to the page; never while a person writes. */
function bindKeys(page) {
  document.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || event.defaultPrevented || !page.spans.table) return;
    if (document.querySelector("dialog[open]")) return;
    const name = keyName(event);
    if (page.playback.key(name, event.target) || isForPane(page, event, name)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
}

function isForPane(page, event, name) {
  const inPanel = event.target.closest?.("#selection, [role=tablist], .menu");
  if (inPanel && name.startsWith("Arrow")) return false;
  if (event.target.closest?.("button, a, summary, [role=slider]") && (name === "Enter" || name.startsWith("Arrow"))) return false;
  if (name === "Escape") return page.panel.leave() || leaveLine(page.state);
  return page.panel.key(name) || (page.panes[page.state.get("pane")].key?.(name) ?? false);
}

function leaveLine(state) {
  if (state.get("log") === null) return false;
  state.set({ log: null });
  return true;
}

start();
