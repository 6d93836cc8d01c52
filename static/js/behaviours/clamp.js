// clamp: a text of which a few lines are shown says so, and its button shows all of it. What was opened stays open
// when the markup is fetched again.

import { register } from "../lib/registry.js";

const opened = new Set();

register("clamp", (box) => {
  const text = box.querySelector("[data-clamped]");
  const button = box.querySelector("[data-clamp-more]");
  const show = () => {
    const isOpen = opened.has(text.id);
    text.classList.toggle("is-open", isOpen);
    button.setAttribute("aria-expanded", isOpen);
    button.textContent = isOpen ? "less" : "more";
    button.hidden = !isOpen && text.scrollHeight <= text.clientHeight + 1;
  };
  const toggle = () => {
    if (!opened.delete(text.id)) opened.add(text.id);
    show();
  };
  button.addEventListener("click", toggle);
  const sizes = new ResizeObserver(show);
  sizes.observe(text);
  show();
  return () => {
    sizes.disconnect();
    button.removeEventListener("click", toggle);
  };
});
