// log-filters: keeps the form above the lines and the address saying the same. Filters without a field (ids, a piece
// of time) are hidden fields, made anew whenever the address changes.

import { element } from "../lib/dom.js";
import { register } from "../lib/registry.js";

const FIELDS = new Set(["q", "severity", "since", "cursor"]);

register("log-filters", (form) => {
  const kept = form.querySelector("[data-kept]");
  const strip = ({ detail }) => {
    for (const [name, value] of [...detail.formData.entries()]) if (value === "") detail.formData.delete(name);
  };
  const read = () => {
    const query = new URLSearchParams(location.search);
    for (const name of ["q", "severity", "since"]) {
      const field = form.elements.namedItem(name);
      if (field !== document.activeElement) field.value = query.get(name) ?? "";
    }
    const others = [...query].filter(([name]) => !FIELDS.has(name));
    kept.replaceChildren(...others.map(([name, value]) => element("input", { type: "hidden", name, value })));
  };
  // A range of time that is chosen takes the place of a marked piece.
  const changed = (event) => {
    if (event.target.name === "since") for (const field of kept.querySelectorAll("[name$=_ns]")) field.remove();
  };
  form.addEventListener("htmx:configRequest", strip);
  form.addEventListener("change", changed, true);
  const events = ["asked", "htmx:pushedIntoHistory"];
  for (const name of events) document.addEventListener(name, read);
  return () => events.forEach((name) => document.removeEventListener(name, read));
});
