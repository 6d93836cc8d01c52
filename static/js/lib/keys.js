// Key presses as names: "j", "?", "Ctrl+k", "g m" (one after the other).

/** The name of a key press; Ctrl stands for Cmd too. Shift is part of the character. */
export function keyName(event) {
  const name = event.key.length === 1 && (event.ctrlKey || event.metaKey) ? event.key.toLowerCase() : event.key;
  return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + name;
}

/** Is the person writing, so that letters are text and no commands? */
export function isTyping(target) {
  if (!target || !target.tagName) return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}

/** Puts key names together to sequences such as "g m": what was pressed within `patienceMs` counts as one. */
export class Sequence {
  constructor(starts, patienceMs = 900) {
    this.starts = new Set(starts);
    this.patienceMs = patienceMs;
    this.first = "";
    this.at = 0;
  }

  /** The full name of what has been pressed now, or "" while waiting for a second key. */
  press(name, nowMs) {
    const first = nowMs - this.at <= this.patienceMs ? this.first : "";
    this.first = "";
    if (first) return `${first} ${name}`;
    if (!this.starts.has(name)) return name;
    [this.first, this.at] = [name, nowMs];
    return "";
  }
}
