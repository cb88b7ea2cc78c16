/** The smallest observable that does: one state object, replaced by patches, watched by selection. */

export type Unsubscribe = () => void;

export class Observable<State extends object> {
  private state: State;
  private readonly watchers = new Set<(state: State) => void>();

  constructor(initial: State) {
    this.state = initial;
  }

  get(): Readonly<State> {
    return this.state;
  }

  /** Replaces the given fields and tells the watchers of what differs. */
  set(patch: Partial<State>): void {
    const changed = (Object.keys(patch) as (keyof State)[]).some((key) => patch[key] !== this.state[key]);
    if (!changed) return;
    this.state = { ...this.state, ...patch };
    for (const watcher of [...this.watchers]) watcher(this.state);
  }

  /** Calls `react` now and whenever what `select` picks is another value (Object.is). */
  watch<Picked>(select: (state: Readonly<State>) => Picked, react: (picked: Picked) => void): Unsubscribe {
    let last = select(this.state);
    const watcher = (state: State) => {
      const next = select(state);
      if (Object.is(next, last)) return;
      last = next;
      react(next);
    };
    this.watchers.add(watcher);
    react(last);
    return () => this.watchers.delete(watcher);
  }
}
