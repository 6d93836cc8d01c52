// filters: keeps the form above a list and the address saying the same: empty fields do not reach the address, the
// menus' buttons name what is chosen, and going back or following a link inside the results sets the form.

import { isFiltered, menuSummary } from "../lib/query.js";
import { register } from "../lib/registry.js";

register("filters", (form) => {
  const clear = form.querySelector("[data-clear]");
  const describe = () => {
    for (const menu of form.querySelectorAll("[data-filter-menu]")) describeMenu(menu);
    clear.hidden = !isFiltered(new URLSearchParams(new FormData(form)));
  };
  const strip = ({ detail }) => {
    for (const [name, value] of [...detail.formData.entries()]) if (value === "") detail.formData.delete(name);
  };
  const read = () => {
    fill(form, new URLSearchParams(location.search));
    describe();
  };
  const chosen = (event) => {
    describe();
    if (event.target.type === "radio") event.target.closest("details")?.removeAttribute("open");
  };
  form.addEventListener("htmx:configRequest", strip);
  form.addEventListener("change", chosen);
  form.addEventListener("input", describe);
  document.addEventListener("htmx:pushedIntoHistory", read);
  return () => document.removeEventListener("htmx:pushedIntoHistory", read);
});

function describeMenu(menu) {
  const inputs = [...menu.querySelectorAll("input[data-text]")];
  const chosen = inputs.filter((input) => input.checked && !("default" in input.dataset));
  menu.querySelector("[data-summary]").textContent = menuSummary(menu.dataset.label, chosen.map((input) => input.dataset.text));
  menu.querySelector("summary").classList.toggle("is-set", chosen.length > 0);
}

function fill(form, query) {
  for (const field of form.elements) {
    if (!field.name) continue;
    const values = query.getAll(field.name);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.type === "radio") field.checked = field.value === (values[0] ?? "");
    else if (field !== document.activeElement && field.type !== "hidden") field.value = values[0] ?? "";
  }
  setSort(form, query.get("sort") ?? "");
}

function setSort(form, value) {
  let field = form.elements.namedItem("sort");
  if (!field && value) {
    field = document.createElement("input");
    field.type = "hidden";
    field.name = "sort";
    form.append(field);
  }
  if (field) field.value = value;
}
