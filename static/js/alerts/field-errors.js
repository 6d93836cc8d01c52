// field-errors: what is wrong with the fields comes with the preview, each beside its own; the inputs are marked here.

import { register } from "../lib/registry.js";

register("field-errors", (preview) => {
  const mark = () => {
    for (const said of document.querySelectorAll(".field-error[id]")) {
      const input = document.querySelector(`.input[aria-describedby~="${CSS.escape(said.id)}"]`);
      if (!input) continue;
      if (said.childElementCount) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  };
  preview.addEventListener("htmx:afterSwap", mark);
  return () => preview.removeEventListener("htmx:afterSwap", mark);
});
