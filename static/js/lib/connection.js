// The banner that says the live connection is away: "reconnecting, last update 12:04:31, nothing is lost".

import { element, icon } from "./dom.js";

const PATIENCE_MS = 2_500;

let banner = null;
let timer = null;
let lastLive = new Date();
let isLive = false;

/** Tell the banner the state of a feed: "connecting", "live", "offline" or "ended". */
export function showConnection(state) {
  if (isLive) lastLive = new Date();
  isLive = state === "live";
  if (state === "live") {
    clearTimeout(timer);
    timer = null;
    banner?.remove();
    banner = null;
  } else if (state === "ended") {
    show("No live updates any more. ", reload());
  } else if (state === "offline" && !banner) {
    timer ??= setTimeout(() => show(`Reconnecting. Last update ${lastLive.toLocaleTimeString([], { hour12: false })}, nothing is lost.`), PATIENCE_MS);
  }
}

function show(...content) {
  banner?.remove();
  banner = element("div", { class: "connection", role: "status" }, icon("offline"), element("span", {}, ...content));
  document.body.append(banner);
}

function reload() {
  const button = element("button", { class: "link-button", type: "button" }, "Reload the page");
  button.addEventListener("click", () => location.reload());
  return button;
}
