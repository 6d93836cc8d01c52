// dialog: a <dialog> closes when its backdrop is pressed. opens: a control that opens the dialog data-opens names.

import { register } from "../lib/registry.js";

register("dialog", (dialog) => {
  const pressed = (event) => event.target === dialog && dialog.close();
  dialog.addEventListener("pointerdown", pressed);
  return () => dialog.removeEventListener("pointerdown", pressed);
});

register("opens", (control) => {
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openDialog(control.dataset.opens);
  };
  control.addEventListener("click", open);
  return () => control.removeEventListener("click", open);
});

/** Open a dialog by its id, unless one is open. */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || document.querySelector("dialog[open]")) return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  dialog.showModal();
}
