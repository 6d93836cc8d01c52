// The border between pane and selection: dragged or moved by arrows, remembered, double click for the middle way.

const KEY = "mission.panel-width";
const LEAST = 280;

export function bindDivider(workspace) {
  const divider = workspace.querySelector(".ms-divider");
  const most = () => Math.max(LEAST, workspace.clientWidth - 360);
  const set = (width) => {
    const kept = Math.round(Math.min(Math.max(width, LEAST), most()));
    workspace.style.setProperty("--selection-width", `${kept}px`);
    divider.setAttribute("aria-valuenow", kept);
    return kept;
  };
  const width = () => workspace.getBoundingClientRect().right - divider.getBoundingClientRect().right;
  const kept = Number(localStorage.getItem(KEY));
  if (kept) set(kept);
  divider.addEventListener("pointerdown", (event) => {
    const right = workspace.getBoundingClientRect().right;
    const move = (moved) => set(right - moved.clientX);
    divider.setPointerCapture(event.pointerId);
    divider.addEventListener("pointermove", move);
    divider.addEventListener("lostpointercapture", () => {
      divider.removeEventListener("pointermove", move);
      localStorage.setItem(KEY, Math.round(width()));
    }, { once: true });
  });
  divider.addEventListener("dblclick", () => {
    workspace.style.removeProperty("--selection-width");
    localStorage.removeItem(KEY);
  });
  divider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    localStorage.setItem(KEY, set(width() + step));
  });
}
