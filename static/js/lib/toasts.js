// A short message at the corner of the page.

import { element, icon } from "./dom.js";
import { connect } from "./registry.js";

const GLYPHS = { ok: "check", failed: "warning" };

/** Say `text`; `mood` is "ok", "failed" or "". */
export function showToast(text, mood = "") {
  show(icon(GLYPHS[mood] ?? "info"), element("span", {}, text), mood);
}

/** Say that an alert began: `text` leads to `path`, and is cut to a few lines. */
export function showLinkToast(text, path, mood = "") {
  show(icon("bell"), element("a", { class: "toast-link", href: path }, text), mood);
}

function show(glyph, words, mood) {
  const toast = element("div", { class: `toast ${mood ? `status-${mood}` : ""}`, "data-behaviour": "toast" }, glyph, words);
  document.getElementById("toasts").append(toast);
  connect(toast);
}
