// theme: the form that chooses dark, light or the system's way, in place. The cookie is what the server reads.

import { register } from "../lib/registry.js";

const YEAR_S = 365 * 24 * 3600;

register("theme", (form) => {
  const choose = (event) => {
    event.preventDefault();
    setTheme(event.submitter.value);
    for (const button of form.elements) {
      if (button.name === "theme") button.toggleAttribute("aria-current", false);
    }
    event.submitter.setAttribute("aria-current", "true");
    const menu = form.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  };
  form.addEventListener("submit", choose);
  return () => form.removeEventListener("submit", choose);
});

/** Change the page and remember it. Canvases listen to `themechange` on the document. */
export function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = theme === "system" ? 0 : YEAR_S;
  document.cookie = `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  document.dispatchEvent(new CustomEvent("themechange"));
}
