// The address says what is shown: a pane, a span or a log record, a moment. Back and forward go through panes.

import { readAddress, writeAddress } from "./lib/address.js";

const PATIENCE_MS = 300;

export function bindAddress({ config, state, spans }) {
  let timer = 0;
  let shown = state.get("pane");
  const query = (pane) => {
    const { span, at, log, isPlaying } = state.values;
    const moment = at === null || isPlaying ? null : spans.table.absolute(at);
    return writeAddress(location.search, { pane, span, log, at: moment }, config.panes);
  };
  const replace = () => {
    clearTimeout(timer);
    timer = 0;
    history.replaceState(null, "", location.pathname + query(shown) + location.hash);
  };
  state.on("pane", ({ pane }, cause) => {
    if (cause !== "address") {
      if (timer) replace(); // what was selected a moment ago belongs to the pane that is left
      history.pushState(null, "", location.pathname + query(pane));
    }
    shown = pane;
  });
  state.on(["span", "log", "at", "isPlaying"], () => {
    clearTimeout(timer);
    timer = setTimeout(replace, PATIENCE_MS);
  });
  state.on("span", ({ span }, cause) => cause !== "address" && span && state.set({ log: null }));
  if (readAddress(location.search, config.panes).span !== state.get("span")) replace();
  window.addEventListener("popstate", () => {
    const { pane, span, at, log } = readAddress(location.search, config.panes);
    state.set({ pane, span, log, at: at === null ? null : spans.table.offset(at) }, "address");
  });
}
