// toast: a message leaves by itself, later when it tells of a failure, and not while pointed at.

import { register } from "../lib/registry.js";

const STAY_MS = 5_000;
const STAY_FAILED_MS = 12_000;

register("toast", (toast) => {
  const stay = toast.classList.contains("status-failed") ? STAY_FAILED_MS : STAY_MS;
  let timer = null;
  const hold = () => clearTimeout(timer);
  const leave = () => {
    hold();
    timer = setTimeout(() => toast.remove(), stay);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", leave);
  toast.addEventListener("click", () => toast.remove());
  leave();
  return hold;
});
