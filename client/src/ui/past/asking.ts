/** What the page asks of the past: what happened before it came, or went to another tick; how an agent fared before. */

import type { App } from "../../app";
import { paced } from "../parts/schedule";

/** Questions are sent at this pace while one drags the time bar [ms]. */
const ASK_MS = 200;

export function askForThePast({ store, actions, world }: App): void {
  /** The tick of the key frame before which all is to be told; null if it has been asked for. */
  let jumped: number | null = null;
  let traced: number | null = null;
  const ask = paced(() => {
    if (jumped !== null && jumped > 0) actions.recall(jumped - 1);
    if (traced !== null) actions.trace(traced, store.get().tick);
    [jumped, traced] = [null, null];
  }, ASK_MS);
  const knows = () => {
    const abilities = store.get().welcome?.abilities;
    return abilities?.history === true && !abilities.fair;
  };

  world.onFrame((frame) => {
    if (!frame.key || !knows()) return;
    [jumped, traced] = [frame.tick, store.get().selected];
    ask();
  });
  store.watch(
    (state) => state.selected,
    (selected) => {
      if (selected === null || !knows()) return;
      traced = selected;
      ask();
    },
  );
}
