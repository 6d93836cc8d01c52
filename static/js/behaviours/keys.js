// keys: the commands that hold everywhere. A page's own behaviours listen for "key" events on the document:
// {detail: {name}} such as "j", "e", "g m"; preventDefault() says that the key was used.

import { isTyping, keyName, Sequence } from "../lib/keys.js";
import { register } from "../lib/registry.js";
import { openDialog } from "./dialog.js";

const PLACES = {
  "g m": "/missions/", "g e": "/errors/", "g l": "/logs/", "g d": "/dashboards/", "g a": "/alerts/", "g s": "/settings/",
};

register("keys", () => {
  const sequence = new Sequence(["g"]);
  const pressed = (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = keyName(event);
    if (name === "Ctrl+k") {
      event.preventDefault();
      openDialog("palette");
      return;
    }
    if (isTyping(event.target)) {
      if (name === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const full = sequence.press(name, performance.now());
    if (full && run(full)) event.preventDefault();
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
});

function run(name) {
  if (!document.dispatchEvent(new CustomEvent("key", { detail: { name }, cancelable: true }))) return true;
  if (name === "?") openDialog("help");
  else if (name === "/") return focusSearch();
  else if (PLACES[name]) location.assign(PLACES[name]);
  else return false;
  return true;
}

function focusSearch() {
  const field = document.querySelector("[data-search]");
  if (!field) {
    openDialog("palette");
    return true;
  }
  field.focus();
  field.select();
  return true;
}
