// The strip above a list: options that ask the server again, and find-in-pane on what is there.

const PATIENCE_MS = 220;

export function bindTools(pane) {
  const tools = pane.box.querySelector("[data-tools]");
  if (!tools) return;
  tools.addEventListener("change", (event) => {
    const input = event.target;
    if (input.dataset.option) setOption(pane, input);
    else if (input.dataset.class) pane.box.classList.toggle(input.dataset.class, input.checked);
    if (input.dataset.class === "is-followed") follow(pane, input.checked);
  });
  const find = tools.querySelector("[data-find]");
  if (!find) return;
  let timer = 0;
  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => setOption(pane, find), PATIENCE_MS);
  });
}

/** Following begins at the newest lines; not following, the list begins at the first. */
function follow(pane, isOn) {
  if (isOn) pane.options.set("newest", "1");
  else pane.options.delete("newest");
  pane.reload({ scroll: false }).then(() => {
    pane.scroller.scrollTop = isOn ? pane.scroller.scrollHeight : 0;
  });
}

function setOption(pane, input) {
  const value = input.type === "checkbox" ? (input.checked ? "1" : "") : input.value.trim();
  if (value) pane.options.set(input.dataset.option ?? input.dataset.find, value);
  else pane.options.delete(input.dataset.option ?? input.dataset.find);
  pane.reload();
}
