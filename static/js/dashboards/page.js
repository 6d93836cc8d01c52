// dashboard: keeps the address and what is shown together, reads anew while the period moves on, and opens the list of
// the missions behind a point.

import "./panel.js";
import { register } from "../lib/registry.js";

const EVERY_MS = 30_000;

register("dashboard", (page) => {
  const drawer = page.querySelector("[data-behind]");
  const body = drawer.querySelector("[data-behind-body]");
  let opener = null;

  const refresh = () => document.dispatchEvent(new CustomEvent("dashboard-refresh"));
  const chosen = ({ detail }) => {
    const query = new URLSearchParams(location.search);
    query.delete("last");
    query.set("since_ns", `${detail.sinceMs}000000`);
    query.set("until_ns", `${Math.max(detail.untilMs, detail.sinceMs + 60_000)}000000`);
    location.search = query.toString();
  };
  const behind = async ({ detail }) => {
    opener = detail.opener;
    body.replaceChildren();
    drawer.hidden = false;
    await htmx.ajax("GET", `${page.dataset.behindSource}?${detail.query}`, { target: body, swap: "innerHTML" });
    drawer.querySelector("[data-close]").focus();
  };
  const close = () => {
    drawer.hidden = true;
    opener?.querySelector("button")?.focus();
  };
  const pressed = (event) => {
    if (event.detail.name !== "Escape" || drawer.hidden) return;
    event.preventDefault();
    close();
  };
  const timer = page.dataset.moves ? setInterval(() => document.visibilityState === "visible" && refresh(), EVERY_MS) : null;
  drawer.querySelector("[data-close]").addEventListener("click", close);
  document.addEventListener("period-chosen", chosen);
  document.addEventListener("missions-behind", behind);
  document.addEventListener("key", pressed);
  return () => {
    clearInterval(timer);
    document.removeEventListener("period-chosen", chosen);
    document.removeEventListener("missions-behind", behind);
    document.removeEventListener("key", pressed);
  };
});
