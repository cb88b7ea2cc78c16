/** What the page does with what the server sends. */

import { declaredIn } from "./declared";
import type { ServerMessage } from "./protocol";
import type { Listener } from "./socket";
import type { Actions, Play, Store } from "./store";
import type { Parameters } from "./url";
import type { World } from "./world";

type Handlers = { [Kind in ServerMessage["type"]]: (message: Extract<ServerMessage, { type: Kind }>) => void };

/** Keeps the state of the page and its world up to date with the server. */
export function listen(store: Store, world: World, actions: Actions, url: Parameters): Listener {
  const play = (patch: Partial<Play>) => store.set({ play: { ...store.get().play, ...patch } });
  const handlers: Handlers = {
    welcome(message) {
      const before = store.get().welcome;
      if (before && before.session !== message.session) {
        world.clear();
        store.set({ training: null });
        play({ status: "watching", id: null, reason: "", over: null, leaving: 0 });
      }
      world.declared = declaredIn(message.frame);
      store.set({ welcome: message, connection: { status: "open", message: "", retryAt: null } });
      actions.resend();
      if (!before && url.tick !== null && message.abilities.seek) actions.seek(url.tick);
    },
    state: (message) => store.set({ server: message }),
    training: (message) => store.set({ training: message }),
    agent(message) {
      if (message.id === store.get().selected) store.set({ report: message });
    },
    life(message) {
      if (message.id === store.get().selected) store.set({ life: message });
    },
    exchange(message) {
      if (message.book === store.get().book) store.set({ exchange: message });
    },
    fame(message) {
      if (store.get().asksFame) store.set({ fame: message });
    },
    history: (message) => store.set({ history: message }),
    past: (message) => store.set({ past: message }),
    trace(message) {
      if (message.id === store.get().selected) store.set({ trace: message });
    },
    found({ what, forward, tick }) {
      if (tick !== null) actions.watchTick(tick);
      else store.set({ refusal: { message: `There is no ${forward ? "later" : "earlier"} ${what} in this replay.` } });
    },
    events: (message) => world.miss(message),
    joined({ id, reason = "", waiting }) {
      if (store.get().play.leaving > 0) return;
      const same = id !== null && id === store.get().play.id;
      play({ status: id !== null ? "playing" : waiting ? "joining" : "watching", id, reason, over: null });
      if (id !== null && !same) actions.follow(id);
    },
    left({ reason }) {
      const { id, leaving } = store.get().play;
      if (leaving > 0) return play({ leaving: leaving - 1 });
      const population = world.agent(id)?.population ?? null;
      play({ status: "watching", id: null, reason, over: id === null ? null : { id, population, reason } });
    },
    error: ({ message }) => store.set({ refusal: { message } }),
  };
  return {
    connecting: () => store.set({ connection: { status: "connecting", message: "Connecting …", retryAt: null } }),
    closed: (message, refused, retryAt) =>
      store.set({ connection: { status: refused ? "refused" : "lost", message, retryAt }, report: null }),
    message: <Kind extends ServerMessage["type"]>(message: Extract<ServerMessage, { type: Kind }>) =>
      (handlers[message.type as Kind] as (message: Extract<ServerMessage, { type: Kind }>) => void)(message),
    frame(frame) {
      world.show(frame);
      store.set({ tick: frame.tick });
    },
    grid(grid) {
      if (grid.name === store.get().overlay.name) store.set({ grid });
    },
  };
}
