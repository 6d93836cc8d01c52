// log-brush: a drag over the histogram marks a piece of time and asks for just that; a click on a bar asks for the bar.

import { register } from "../lib/registry.js";
import { pieceOf } from "./lib/order.js";
import { swapTo } from "./swap.js";

register("log-brush", (chart) => {
  const bars = [...chart.querySelectorAll("g[data-start]")];
  const svg = chart.querySelector("svg");
  const brush = chart.querySelector("[data-brush]");
  const width = svg.viewBox.baseVal.width;
  let from = null;
  const barAt = (event) => {
    const box = svg.getBoundingClientRect();
    const at = Math.floor(((event.clientX - box.left) / box.width) * bars.length);
    return Math.min(Math.max(at, 0), bars.length - 1);
  };
  const draw = (to) => {
    const step = width / bars.length;
    brush.setAttribute("x", Math.min(from, to) * step);
    brush.setAttribute("width", (Math.abs(to - from) + 1) * step);
  };
  const pressed = (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    from = barAt(event);
    svg.setPointerCapture(event.pointerId);
    draw(from);
  };
  const moved = (event) => from !== null && draw(barAt(event));
  const left = () => {
    from = null;
    brush.setAttribute("width", 0);
  };
  const released = (event) => {
    if (from === null) return;
    const [since, until] = pieceOf(bars[from].dataset, bars[barAt(event)].dataset);
    left();
    const query = new URLSearchParams(location.search);
    for (const name of ["since", "cursor"]) query.delete(name);
    query.set("since_ns", since);
    query.set("until_ns", until);
    swapTo(`${location.pathname}?${query}`);
  };
  svg.addEventListener("pointerdown", pressed);
  svg.addEventListener("pointermove", moved);
  svg.addEventListener("pointerup", released);
  svg.addEventListener("pointercancel", left);
});
