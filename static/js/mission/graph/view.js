// Panning and zooming of a drawing: wheel, drag, buttons; fits when asked.

const LEAST = 0.08;
const MOST = 2;

export class Camera {
  constructor(box, world) {
    Object.assign(this, { box, world, x: 0, y: 0, scale: 1 });
    box.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    box.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  /** Shows all of a drawing, or, when not `whole`, its width from the top, as far as `least` allows; never larger than
      life. */
  fit(width, height, { whole = true, least = 0 } = {}) {
    const { clientWidth: w, clientHeight: h } = this.box;
    if (!w || !h) return;
    const across = Math.min((w - 40) / width, 1);
    this.scale = Math.max(LEAST, whole ? Math.min(across, (h - 40) / height) : Math.max(across, least));
    this.x = Math.max(20, (w - width * this.scale) / 2);
    this.y = Math.max(20, (h - height * this.scale) / 2);
    this.apply();
  }

  zoom(factor, x = this.box.clientWidth / 2, y = this.box.clientHeight / 2) {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  /** Moves the drawing by a distance in its own measure. */
  shift(dx, dy) {
    this.x += dx * this.scale;
    this.y += dy * this.scale;
    this.apply();
  }

  /** Moves as little as is needed to have a box in view. */
  reveal({ x, y, w, h }) {
    const left = x * this.scale + this.x;
    const top = y * this.scale + this.y;
    const { clientWidth, clientHeight } = this.box;
    if (left < 24) this.x += 24 - left;
    else if (left + w * this.scale > clientWidth - 24) this.x -= left + w * this.scale - clientWidth + 24;
    if (top < 24) this.y += 24 - top;
    else if (top + h * this.scale > clientHeight - 24) this.y -= top + h * this.scale - clientHeight + 24;
    this.apply();
  }

  apply() {
    this.world.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.box.classList.toggle("is-far", this.scale < 0.45);
  }

  #wheel(event) {
    event.preventDefault();
    const box = this.box.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      this.zoom(Math.exp(-Math.min(Math.max(event.deltaY, -240), 240) * 0.003), event.clientX - box.left, event.clientY - box.top);
      return;
    }
    this.x -= event.shiftKey ? event.deltaY : event.deltaX;
    this.y -= event.shiftKey ? 0 : event.deltaY;
    this.apply();
  }

  #drag(event) {
    if (event.button !== 0 || event.target.closest("button, a, .gr-why")) return;
    const from = { x: event.clientX - this.x, y: event.clientY - this.y };
    const move = (moved) => {
      this.x = moved.clientX - from.x;
      this.y = moved.clientY - from.y;
      this.apply();
    };
    this.box.setPointerCapture(event.pointerId);
    this.box.classList.add("is-dragged");
    this.box.addEventListener("pointermove", move);
    this.box.addEventListener("lostpointercapture", () => {
      this.box.removeEventListener("pointermove", move);
      this.box.classList.remove("is-dragged");
    }, { once: true });
  }
}
