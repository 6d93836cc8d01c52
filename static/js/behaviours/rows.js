// rows: j and k walk the rows of a table, Enter opens, c copies the id, e goes to the next with errors.
// A row is <tr data-row data-id data-errors> with one <a data-open>; a click anywhere on it opens it too.

import { register } from "../lib/registry.js";
import { showToast } from "../lib/toasts.js";
import { copyText } from "./copy.js";

register("rows", (table) => {
  const rows = () => [...table.querySelectorAll("[data-row]")];
  const current = () => table.querySelector('[data-row][aria-selected="true"]');
  const select = (row) => {
    if (!row) return;
    current()?.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("[data-open]").focus({ preventScroll: true });
  };
  const walk = (by) => {
    const all = rows();
    const at = all.indexOf(current());
    select(at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by]);
  };
  const nextError = () => {
    const all = rows();
    const at = all.indexOf(current());
    const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    select(order.find((row) => Number(row.dataset.errors) > 0));
  };
  const commands = {
    j: () => walk(1),
    k: () => walk(-1),
    ArrowDown: () => walk(1),
    ArrowUp: () => walk(-1),
    e: nextError,
    Enter: () => current()?.querySelector("[data-open]").click(),
    c: async () => {
      const row = current();
      if (row && (await copyText(row.dataset.id))) showToast("Copied the id.", "ok");
    },
    Escape: () => {
      current()?.removeAttribute("aria-selected");
      document.activeElement?.blur();
    },
  };
  const pressed = (event) => {
    const { name } = event.detail;
    const isOnControl = name === "Enter" && document.activeElement?.closest("a, button, summary");
    if (!commands[name] || isOnControl) return;
    const isNothingSelected = ["Escape", "Enter", "c"].includes(name) && !current();
    if (isNothingSelected) return;
    event.preventDefault();
    commands[name]();
  };
  const focused = (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || row === current()) return;
    current()?.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
  };
  const clicked = (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.closest("a, button, details") || String(getSelection())) return;
    const link = row.querySelector("[data-open]");
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  };
  document.addEventListener("key", pressed);
  table.addEventListener("focusin", focused);
  table.addEventListener("click", clicked);
  return () => document.removeEventListener("key", pressed);
});
