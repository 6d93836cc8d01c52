// A clock that goes only when it is told to, in place of the global timers.

interface Due {
  at: number;
  run: () => void;
}

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

export class Clock {
  private now = 0;
  private given = 0;
  private due = new Map<number, Due>();

  install(): void {
    const set = (run: () => void, ms = 0): number => {
      this.due.set((this.given += 1), { at: this.now + ms, run });
      return this.given;
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: (id: number) => this.due.delete(id) });
  }

  uninstall(): void {
    Object.assign(globalThis, real);
  }

  /** Lets time pass, with all that becomes due in its order and the promises that follow from it. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (let next = this.next(until); next; next = this.next(until)) {
      this.due.delete(next[0]);
      this.now = next[1].at;
      next[1].run();
      await settle();
    }
    this.now = until;
    await settle();
  }

  private next(until: number): [number, Due] | undefined {
    return [...this.due].filter(([, due]) => due.at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
  }
}

/** Promises that are due are done. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
