// A short message at the corner of the page.

import { element, icon } from "./dom.js";
import { connect } from "./registry.js";

const GLYPHS = { ok: "check", failed: "warning" };

/** Say `text`; `mood` is "ok", "failed" or "". */
export function showToast(text, mood = "") {
  const toast = element(
    "div",
    { class: `toast ${mood ? `status-${mood}` : ""}`, "data-behaviour": "toast" },
    icon(GLYPHS[mood] ?? "info"),
    element("span", {}, text),
  );
  document.getElementById("toasts").append(toast);
  connect(toast);
}
