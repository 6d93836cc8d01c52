// The one state all panes share: selection, pane, playhead, zoom, what is collapsed. Panes listen; nobody calls anybody.

export class PageState {
  constructor(values) {
    this.values = { ...values };
    this.listeners = [];
  }

  get(name) {
    return this.values[name];
  }

  /** Sets what differs and tells those who listen to it; `cause` lets a listener know its own doing. */
  set(patch, cause = "") {
    const changed = Object.keys(patch).filter((name) => !Object.is(this.values[name], patch[name]));
    if (changed.length === 0) return;
    Object.assign(this.values, patch);
    for (const { names, call } of [...this.listeners]) {
      if (changed.some((name) => names.includes(name))) call(this.values, cause);
    }
  }

  /** Calls back after a change of any of `names`; the answer takes the listener off again. */
  on(names, call) {
    const listener = { names: [].concat(names), call };
    this.listeners.push(listener);
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }
}
