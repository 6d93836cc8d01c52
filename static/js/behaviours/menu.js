// menu: a <details class="menu"> closes on Esc, outside clicks and when focus leaves; arrows walk its items.
// Its list takes the focus of a press on a label or beside the items: else the focus would go to the page around it, and
// the menu would close under the pointer before the press ends (of which Chromium's tab may also die).

import { register } from "../lib/registry.js";

const ITEMS = ".menu-item:not([disabled]), .menu-list input:not([type=hidden])";

register("menu", (menu) => {
  const summary = menu.querySelector("summary");
  menu.querySelector(".menu-list").tabIndex = -1;
  const items = () => [...menu.querySelectorAll(ITEMS)].filter((item) => !item.hidden);
  const close = (giveFocus) => {
    menu.open = false;
    if (giveFocus) summary.focus();
  };
  const outside = (event) => menu.open && !menu.contains(event.target) && close(false);
  const left = (event) => menu.open && event.relatedTarget && !menu.contains(event.relatedTarget) && close(false);
  const opened = () => {
    summary.setAttribute("aria-expanded", String(menu.open));
    if (menu.open) menu.querySelector("[data-menu-first]")?.focus();
  };
  const pressed = (event) => {
    if (event.key === "Escape" && menu.open) {
      event.stopPropagation();
      close(true);
    } else if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      menu.open = true;
      step(items(), event.key === "ArrowDown" ? 1 : -1);
    }
  };
  document.addEventListener("pointerdown", outside);
  menu.addEventListener("focusout", left);
  menu.addEventListener("toggle", opened);
  menu.addEventListener("keydown", pressed);
  return () => document.removeEventListener("pointerdown", outside);
});

/** Focus the next of `items` in a direction, around the ends. */
function step(items, by) {
  if (!items.length) return;
  const now = items.indexOf(document.activeElement);
  const next = now < 0 ? (by > 0 ? 0 : items.length - 1) : (now + by + items.length) % items.length;
  items[next].focus();
}
