/** What worlds side by side have in common besides their pace: the scale of their charts, and the theme. */

import type { Store } from "../store";

export class Common {
  private readonly stores = new Map<unknown, Store>();

  /** @param themed is told the theme, now and whenever it changes. */
  constructor(private readonly themed: (theme: "dark" | "light") => void) {}

  /** Takes in a world. One that stood at its place before has gone. */
  join(place: unknown, store: Store): void {
    this.stores.set(place, store);
    const here = () => this.stores.get(place) === store;
    store.watch(
      ({ peak }) => peak,
      () => here() && this.scale(),
    );
    store.watch(
      ({ theme }) => theme,
      (theme) => here() && this.tellTheme(theme),
    );
  }

  /** Lets every chart reach as high as the one that has most to show. */
  private scale(): void {
    const chartTop = Math.max(...[...this.stores.values()].map((store) => store.get().peak));
    for (const store of this.stores.values()) store.set({ chartTop });
  }

  private tellTheme(theme: "dark" | "light"): void {
    this.themed(theme);
    for (const store of this.stores.values()) store.set({ theme });
  }
}
