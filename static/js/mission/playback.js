// Replay: the playhead runs from where it stands to the end, as fast as was chosen.

import { setText } from "./dom.js";
import { clock } from "./lib/clock.js";

const SPEEDS = [1, 4, 16, 64];
const LONGEST_REPLAY_S = 20;

export class Playback {
  /** `box` holds the play button and the speed button. */
  constructor(box, { state, spans }) {
    Object.assign(this, { state, spans });
    this.play = box.querySelector("[data-command=play]");
    this.speed = box.querySelector("[data-command=speed]");
    this.play.addEventListener("click", () => this.toggle());
    this.speed.addEventListener("click", () => this.#faster());
    this.asOf = box.querySelector("[data-as-of]");
    for (const button of box.querySelectorAll("[data-command=now]")) button.addEventListener("click", () => this.toNow());
    state.on(["isPlaying", "speed", "at"], () => this.#show());
    state.on("isPlaying", ({ isPlaying }) => isPlaying && this.#run());
    this.#show();
  }

  /** Space plays, `.` goes to now; tells whether the key was one of these. */
  key(name, target) {
    if (name === " " && !target.closest?.("button, summary, input, select")) {
      this.toggle();
      return true;
    }
    if (name === ".") {
      this.toNow();
      this.state.set({ revealNow: this.state.get("revealNow") + 1 });
      return true;
    }
    return false;
  }

  toNow() {
    this.state.set({ at: null, isPlaying: false });
  }

  toggle() {
    if (this.state.get("isPlaying")) {
      this.state.set({ isPlaying: false });
      return;
    }
    const [start, end] = this.spans.bounds();
    const at = this.state.get("at");
    this.state.set({ at: at === null || at >= end ? start : at, isPlaying: true });
  }

  #faster() {
    const at = SPEEDS.indexOf(this.state.get("speed"));
    this.state.set({ speed: SPEEDS[(at + 1) % SPEEDS.length] });
  }

  #run() {
    let last = performance.now();
    const frame = (now) => {
      if (!this.state.get("isPlaying")) return;
      const [start, end] = this.spans.bounds();
      const pace = Math.max(1, (end - start) / 1e9 / LONGEST_REPLAY_S) * this.state.get("speed");
      const at = this.state.get("at") + (now - last) * 1e6 * pace;
      last = now;
      if (at >= end) {
        this.toNow();
        return;
      }
      this.state.set({ at }, "playback");
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #show() {
    const { isPlaying, speed, at } = this.state.values;
    this.play.setAttribute("aria-pressed", isPlaying);
    this.play.title = isPlaying ? "Pause the replay (Space)" : "Replay the mission (Space)";
    this.speed.textContent = `${speed}×`;
    document.getElementById("workspace").classList.toggle("is-replayed", at !== null);
    this.#tellMoment(at);
  }

  /** What is shown is not of now: the moment it is of, and the way back. */
  #tellMoment(at) {
    const moment = at === null || !this.spans.table ? null : this.spans.table.absolute(at);
    this.asOf.hidden = moment === null;
    if (moment === null) return;
    this.asOf.title = `${new Date(Number(BigInt(moment) / 1000000n)).toISOString()} · shown as it was known then`;
    setText(this.asOf.querySelector("[data-moment]"), clock(moment));
  }
}
