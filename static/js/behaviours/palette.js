// palette: Ctrl K. Pages and actions are known here; missions and errors come from data-src?q=.

import { element, icon } from "../lib/dom.js";
import { move, rank } from "../lib/palette.js";
import { register } from "../lib/registry.js";
import { openDialog } from "./dialog.js";
import { setTheme } from "./theme.js";

const WAIT_MS = 120;

const COMMANDS = [
  { label: "Missions", glyph: "radar", path: "/missions/", keys: "g m" },
  { label: "Errors", glyph: "failed", path: "/errors/", keys: "g e" },
  { label: "Logs", glyph: "terminal", path: "/logs/", keys: "g l" },
  { label: "Dashboards", glyph: "radar", path: "/dashboards/", keys: "g d" },
  { label: "Failed missions", glyph: "failed", path: "/missions/?status=failed" },
  { label: "Active missions", glyph: "active", path: "/missions/?status=active" },
  { label: "Waiting missions", glyph: "waiting", path: "/missions/?status=waiting" },
  { label: "Alerts", glyph: "bell", path: "/alerts/", keys: "g a" },
  { label: "Alert history", glyph: "clock", path: "/alerts/history/" },
  { label: "Alert rules", glyph: "settings", path: "/alerts/rules/" },
  { label: "New alert rule", glyph: "plus", path: "/alerts/rules/new/" },
  { label: "Silences", glyph: "bell-off", path: "/alerts/silences/" },
  { label: "Alert channels", glyph: "send", path: "/alerts/channels/" },
  { label: "API keys", glyph: "key", path: "/settings/keys/" },
  { label: "Members", glyph: "people", path: "/settings/members/" },
  { label: "Project settings", glyph: "settings", path: "/settings/", keys: "g s" },
  { label: "How to send data", glyph: "send", path: "/settings/send/" },
  { label: "Dark theme", glyph: "moon", run: () => setTheme("dark") },
  { label: "Light theme", glyph: "sun", run: () => setTheme("light") },
  { label: "Theme as the system", glyph: "theme", run: () => setTheme("system") },
  { label: "Keyboard", glyph: "keyboard", run: () => openDialog("help"), keys: "?" },
];

register("palette", (dialog) => new Palette(dialog).connect());

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    this.field = dialog.querySelector("input");
    this.list = dialog.querySelector(".palette-list");
    this.entries = [];
    this.chosen = 0;
    this.asked = null;
    this.timer = null;
  }

  connect() {
    const toggled = new MutationObserver(() => this.dialog.open && this.begin());
    toggled.observe(this.dialog, { attributeFilter: ["open"] });
    this.field.addEventListener("input", () => this.ask());
    this.dialog.addEventListener("keydown", (event) => this.pressed(event));
    this.dialog.addEventListener("pointerdown", (event) => event.target === this.dialog && this.dialog.close());
    this.list.addEventListener("pointermove", (event) => this.point(event.target.closest("[role=option]")));
    this.list.addEventListener("click", (event) => this.clicked(event));
    return () => toggled.disconnect();
  }

  begin() {
    this.field.value = "";
    this.field.focus();
    this.ask(0);
  }

  ask(wait = WAIT_MS) {
    clearTimeout(this.timer);
    this.show([]);
    this.timer = setTimeout(() => this.fetch(), wait);
  }

  async fetch() {
    this.asked?.abort();
    this.asked = new AbortController();
    const query = this.field.value.trim();
    try {
      const address = `${this.dialog.dataset.src}?${new URLSearchParams({ q: query })}`;
      const answer = await fetch(address, { signal: this.asked.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { results, errors } = await answer.json();
      if (query === this.field.value.trim()) this.show(results, errors);
    } catch (error) {
      if (error.name !== "AbortError") this.show([], [], "Missions cannot be searched now: no connection.");
    }
  }

  show(missions, errors = [], trouble = "") {
    const query = this.field.value.trim();
    const commands = rank(COMMANDS, query, query ? 6 : 5);
    const search = query ? [{ label: `Search all texts for “${query}”`, glyph: "search", path: searchPath(query) }] : [];
    this.entries = [...missions, ...errors, ...commands, ...search];
    this.list.replaceChildren(
      ...group(query ? "Missions" : "Latest missions", missions, 0),
      ...(trouble ? [element("p", { class: "palette-group" }, trouble)] : []),
      ...group("Errors", errors, missions.length),
      ...group("Go and do", commands, missions.length + errors.length),
      ...group("Everything", search, missions.length + errors.length + commands.length),
    );
    this.choose(0);
  }

  choose(index) {
    const options = this.list.querySelectorAll("[role=option]");
    options[this.chosen]?.setAttribute("aria-selected", "false");
    this.chosen = options.length ? index : -1;
    const option = options[index];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  point(option) {
    const index = option ? [...this.list.querySelectorAll("[role=option]")].indexOf(option) : -1;
    if (index >= 0 && index !== this.chosen) this.choose(index);
  }

  pressed(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      this.choose(move(this.chosen, by, this.entries.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.open(this.entries[this.chosen], event.ctrlKey || event.metaKey);
    }
  }

  clicked(event) {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    this.point(option);
    this.open(this.entries[this.chosen], event.ctrlKey || event.metaKey);
  }

  open(entry, inNewTab) {
    if (!entry) return;
    this.dialog.close();
    if (entry.run) entry.run();
    else if (inNewTab) window.open(entry.path, "_blank", "noopener");
    else location.assign(entry.path);
  }
}

function group(title, entries, from) {
  if (!entries.length) return [];
  return [element("p", { class: "palette-group" }, title), ...entries.map((entry, index) => option(entry, from + index))];
}

function option(entry, index) {
  const made = element(
    "div",
    { class: `palette-item ${entry.css ?? ""}`, role: "option", id: `palette-${index}`, "aria-selected": "false" },
    icon(entry.glyph),
    element("span", { class: "cut" }, entry.label),
  );
  if (entry.note) made.append(element("span", { class: "menu-note mono" }, entry.note));
  if (entry.keys) made.append(element("span", { class: "menu-note" }, element("kbd", {}, entry.keys)));
  return made;
}

function searchPath(query) {
  return `/search?${new URLSearchParams({ q: query })}`;
}
