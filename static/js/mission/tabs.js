// The panes' tabs: links that switch without a reload, arrows between them, counts that follow the mission.

export function bindTabs({ state, config }) {
  const tabs = [...document.querySelectorAll("#mission-tabs [role=tab]")];
  const show = ({ pane }) => {
    for (const tab of tabs) {
      const isCurrent = tab.dataset.pane === pane;
      tab.setAttribute("aria-selected", isCurrent);
      tab.tabIndex = isCurrent ? 0 : -1;
      if (isCurrent) tab.hidden = false;
      document.getElementById(`pane-${tab.dataset.pane}`).hidden = !isCurrent;
    }
  };
  state.on("pane", show);
  show(state.values);
  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      state.set({ pane: tab.dataset.pane });
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const names = config.panes.filter((name) => !tabs.find((each) => each.dataset.pane === name).hidden);
      const next = names[(names.indexOf(tab.dataset.pane) + step + names.length) % names.length];
      state.set({ pane: next });
      tabs.find((each) => each.dataset.pane === next).focus();
    });
  }
}

/** Shows new counts, by pane; a pane without one keeps what it says. A tab that was not there comes with its first. */
export function showCounts(counts) {
  for (const [pane, text] of Object.entries(counts)) {
    const place = document.querySelector(`#mission-tabs [data-pane="${pane}"] .tab-count`);
    if (place && place.textContent !== text) place.textContent = text;
    if (place && text) place.closest("[role=tab]").hidden = false;
  }
}
