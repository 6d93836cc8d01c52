// menu-filter: a field in a menu that hides the items which do not hold its text.

import { register } from "../lib/registry.js";

register("menu-filter", (field) => {
  const list = field.closest(".menu-list");
  const narrow = () => {
    const wanted = field.value.trim().toLowerCase();
    for (const item of list.querySelectorAll(".menu-item")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  };
  const pressed = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector(".menu-item:not([hidden])")?.click();
  };
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", pressed);
});
