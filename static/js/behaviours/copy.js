// copy: puts data-copy, or the text of the element that data-copy-from names, on the clipboard.

import { icon } from "../lib/dom.js";
import { register } from "../lib/registry.js";
import { showToast } from "../lib/toasts.js";

const SAID_MS = 1_400;

register("copy", (button) => {
  let timer = null;
  const copy = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!(await copyText(textOf(button)))) return;
    button.classList.add("is-copied");
    button.replaceChildren(icon("check"));
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.classList.remove("is-copied");
      button.replaceChildren(icon("copy"));
    }, SAID_MS);
  };
  button.addEventListener("click", copy);
  return () => {
    clearTimeout(timer);
    button.removeEventListener("click", copy);
  };
});

/** Copies and says so when it could not. Gives whether it did. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    showToast("The browser did not let this page copy. Select the text and press Ctrl C.", "failed");
    return false;
  }
}

function textOf(button) {
  const from = button.dataset.copyFrom;
  return from ? document.querySelector(from).textContent : button.dataset.copy;
}
