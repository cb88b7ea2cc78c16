/** Everything a key or a button of the panels can do. */

import type { App } from "../../app";
import type { Moment } from "../../protocol";
import type { Parameters as Sections } from "../../url";
import type { Desk } from "../page/desk";
import type { Notices } from "../page/notices";
import { rowOfBest } from "../populations/census";
import { neighbour } from "../search/searching";
import { momentUrl } from "./share";
import { nextSpeed } from "./speeds";

export type Commands = ReturnType<typeof createCommands>;

/** What the commands need of the parts of the page that hold no state of their own. */
export interface Desktop {
  desk: Desk;
  notices: Notices;
  focusSearch(): void;
  toggleHelp(): void;
}

export function createCommands(app: App, desktop: Desktop) {
  const { store, actions, world, scene, sight } = app;
  const { desk, notices } = desktop;
  const abilities = () => store.get().welcome?.abilities;
  /** What was asked for last, until the server says what it is: who presses a key twice goes two steps. */
  let asked: number | null = null;
  store.watch(
    (state) => state.server?.speed,
    () => {
      asked = null;
    },
  );
  const speed = () => asked ?? store.get().server?.speed ?? 1;
  const setSpeed = (value: number) => {
    if (!abilities()?.control) return;
    asked = value;
    actions.setSpeed(value);
  };
  const seek = (tick: number) => {
    const range = store.get().welcome?.source.ticks;
    if (range && abilities()?.seek) actions.seek(Math.min(Math.max(tick, range[0]), range[1]));
  };
  return {
    togglePause() {
      if (abilities()?.control) actions.togglePause();
    },
    /** One tick ahead; what runs is paused first. */
    stepForward() {
      if (!abilities()?.control) return;
      if (!store.get().server?.paused) actions.pause();
      actions.step();
    },
    stepBack() {
      if (!abilities()?.seek) return;
      if (!store.get().server?.paused) actions.pause();
      seek(store.get().tick - 1);
    },
    slower: () => setSpeed(nextSpeed(speed(), -1)),
    faster: () => setSpeed(nextSpeed(speed(), 1)),
    normalSpeed: () => setSpeed(1),
    first: () => seek(Number.NEGATIVE_INFINITY),
    last: () => seek(Number.POSITIVE_INFINITY),
    /** Goes to the next death or kill of a replay, or to the one before. */
    find(what: Moment, forward = true) {
      if (abilities()?.seek && abilities()?.history) actions.find(what, forward);
    },
    toggleLoop() {
      if (abilities()?.seek) actions.setLoop(!store.get().server?.loop);
    },
    cycleOverlay() {
      actions.cycleOverlay();
      const { name } = store.get().overlay;
      notices.say(name === null ? "No overlay" : `Overlay: ${name}`);
    },
    cyclePopulation(direction: 1 | -1 = 1) {
      const populations = store.get().welcome?.source.populations ?? 1;
      actions.setOverlayPopulation((store.get().overlay.population + direction + populations) % populations);
    },
    toggleFollow() {
      if (store.get().camera === "follow") actions.orbit();
      else actions.follow();
    },
    toggleDirector() {
      if (store.get().camera === "director") actions.orbit();
      else actions.direct();
    },
    resetCamera() {
      actions.orbit();
      scene.resetCamera();
    },
    /** Brings the selected agent into the middle. */
    centre() {
      const agent = world.agent(store.get().selected);
      if (agent) scene.focus(agent.row, agent.col);
    },
    search: () => desktop.focusSearch(),
    selectNext(direction: 1 | -1) {
      actions.select(neighbour(sight.agents()?.id ?? [], store.get().selected, direction));
    },
    selectOldest() {
      const agents = sight.agents();
      const row = agents ? rowOfBest(agents.id.length, (i) => agents.age[i]) : -1;
      if (agents && row >= 0) actions.select(agents.id[row]);
    },
    /** Ends the presentation, or lets go of the agent. */
    deselect() {
      if (desk.state.get().presenting) desk.present(false);
      else actions.select(null);
    },
    togglePresenting: () => desk.present(!desk.state.get().presenting),
    toggleColumn: () => desk.show(!desk.state.get().shown),
    toggleLabels: () => actions.setLabels(!store.get().labels),
    toggleTheme: () => actions.setTheme(store.get().theme === "dark" ? "light" : "dark"),
    togglePanel: (name: Parameters<Desk["toggle"]>[0]) => desk.toggle(name),
    help: () => desktop.toggleHelp(),
    /** Copies the address of what is seen, with a section that is to lie open. */
    async copyLink(panel: Sections["panel"] = null) {
      const url = momentUrl(location.href, store.get(), panel);
      try {
        await navigator.clipboard.writeText(url);
        notices.say("Link to this moment copied");
      } catch {
        notices.say(`Link to this moment: ${url}`, 15_000); // clipboards need a secure page and leave to use them
      }
    },
    /** Takes part, or hands the agent back. */
    togglePlay() {
      const { play, overlay } = store.get();
      if (!abilities()?.play) return;
      const wanted = overlay.name === null ? null : overlay.population;
      if (play.status === "watching") actions.join(play.over ? play.over.population : wanted);
      else actions.leave();
    },
  };
}
