/** Playing: the bar of the agent one guides, and the keys that guide it. */

import type { App } from "../../app";
import { mostHealthOf } from "../../health";
import { agentName, STYLES } from "../../names";
import { createVitals } from "../agent/vitals";
import { PLAY_MOVES } from "../commands/bindings";
import type { KeyTaker } from "../commands/keyboard";
import type { Notices } from "../page/notices";
import { el, emblem, iconButton, nameButton, nameParts, setAttributes, setText, textButton } from "../parts/dom";
import { capital } from "../parts/format";
import type { IconName } from "../parts/icons";
import { paced } from "../parts/schedule";
import { agentsOf, inSight, Pilot } from "./piloting";

/** By move, from north on. */
const ARROWS: readonly [IconName, string, string][] = [
  ["up", "North", "W"],
  ["down", "South", "S"],
  ["right", "East", "D"],
  ["left", "West", "A"],
];
/** The style that strikes nobody, where it can be chosen. */
const HOLD = 3;
const KEY_HINT = "You play: W A S D or the arrows walk, 1 2 3 choose how to fight.";
const TOUCH_HINT = "You play: hold an arrow to walk, and choose how to fight.";
/** Ticks may come faster than a server takes messages [ms]. */
const LEAST_GAP = 40;

export function createPlayer(app: App, notices: Notices): { element: HTMLElement; keys: KeyTaker } {
  const { store, actions, world } = app;
  const pilot = new Pilot();
  let sent = 0;
  const playing = () => store.get().play.status === "playing";
  const act = () => {
    const { move, style, target } = pilot.intent;
    sent = performance.now();
    actions.act(move, style, target);
    showIntent();
  };
  const chooseStyle = (style: number) => {
    if (style >= (store.get().welcome?.source.styles ?? 3)) return;
    pilot.style = style;
    act();
  };
  const chooseTarget = (direction: 1 | -1) => {
    const own = world.agent(store.get().play.id);
    const { source } = store.get().welcome ?? {};
    if (!own || !world.frame || !source?.learned_targets) return;
    const ids = inSight(own, agentsOf(world.frame.agents), source.sight).map(({ id }) => id);
    const place = ids.indexOf(pilot.target ?? -1);
    // One place beyond the last stands for nobody.
    const choices = [...ids, null];
    const next = (place < 0 ? choices.length - 1 : place) + direction;
    pilot.target = choices[(next + choices.length) % choices.length];
    act();
  };
  const fair = () => store.get().welcome?.abilities.fair ?? false;
  const toggleSight = () => !fair() && actions.setSight(store.get().play.sight === "map" ? "window" : "map");

  const name = el("p", { class: "agent-name" });
  const vitals = createVitals();
  const pad = ARROWS.map(([symbol, label, key], i) => padButton(symbol, label, key, pilot, i + 1, act));
  const styles = STYLES.map((style, i) => {
    const button = textButton(capital(style), () => chooseStyle(i), "segment");
    nameButton(button, `Fight with ${style}`, String(i + 1));
    return button;
  });
  const target = el("span", { class: "target-name" });
  const targets = el(
    "div",
    { class: "targets" },
    iconButton("left", "Target before", () => chooseTarget(-1), "Z"),
    target,
    iconButton("right", "Next target", () => chooseTarget(1), "X"),
  );
  const sight = textButton("", toggleSight);
  sight.title = "Key: K";
  sight.id = "play-sight";
  const leave = textButton("Leave", () => actions.leave(), "primary");
  leave.id = "leave";
  const waiting = el("p", { class: "told" });
  const controls = el(
    "div",
    { class: "play-controls" },
    el("div", { class: "play-who" }, name, vitals.element),
    el("div", { class: "pad", role: "group", "aria-label": "Walk" }, ...pad),
    el(
      "div",
      { class: "play-fight" },
      el("div", { class: "segments", role: "group", "aria-label": "Style" }, ...styles),
      targets,
    ),
  );
  const element = el(
    "section",
    { id: "panel-play", class: "panel play", "aria-label": "Playing", hidden: true },
    waiting,
    controls,
    el("div", { class: "play-end" }, sight, leave),
  );

  const showIntent = () => {
    const { move, style, target: aim } = pilot.intent;
    pad.forEach((button, i) => void setAttributes(button, { "aria-pressed": String(move === i + 1) }));
    styles.forEach((button, i) => void setAttributes(button, { "aria-pressed": String(style === i) }));
    const victim = world.agent(aim);
    setText(target, victim ? agentName(victim.id) : "no target");
  };
  const showAgent = paced(() => {
    const agent = world.agent(store.get().play.id);
    const { source } = store.get().welcome ?? {};
    if (!agent || !source || !world.frame) return;
    vitals.show(agent, source.vitals, mostHealthOf(world.frame.agents, world.declared, source)(world.rowOf(agent.id)));
    name.replaceChildren(emblem(agent.population), nameParts(agentName(agent.id), ""));
    showIntent();
  }, 80);
  world.onFrame(() => {
    if (!playing()) return;
    pilot.ticked();
    if (world.rowOf(pilot.target) < 0) pilot.target = null;
    // Who is told nothing stands still with the style it has: only what goes on must be said again.
    const { move, target: aim } = pilot.intent;
    const goesOn = move !== 0 || aim !== null;
    if (goesOn && performance.now() - sent >= LEAST_GAP) act();
    showAgent();
  });

  let before = store.get().play;
  store.watch(
    (state) => state.play,
    (play) => {
      const { status, id, reason, sight: mode } = play;
      element.hidden = status === "watching";
      controls.hidden = status !== "playing";
      sight.hidden = controls.hidden || fair();
      waiting.hidden = status !== "joining";
      setText(waiting, reason || "Waiting for an agent …");
      setText(leave, status === "playing" ? "Leave" : "Do not wait");
      setText(sight, mode === "map" ? "See as it does" : "See the map");
      if (status === "playing" && id !== before.id) {
        pilot.releaseAll();
        pilot.target = null;
        pilot.style = (store.get().welcome?.source.styles ?? 0) > HOLD ? HOLD : 0;
        notices.say(matchMedia("(pointer: coarse)").matches ? TOUCH_HINT : KEY_HINT, 6000);
        showAgent();
      }
      if (reason && reason !== before.reason && status === "playing") notices.say(`You play on: ${reason}`, 6000);
      if (reason && before.status === "joining" && status === "watching")
        notices.say(`You cannot play: ${reason}`, 6000);
      before = play;
    },
  );
  store.watch(
    (state) => state.connection.status,
    (status) => {
      // The server hands the agent back to its policy as soon as it no longer hears from the page.
      if (status !== "open" && store.get().play.status !== "watching") actions.leave();
    },
  );
  store.watch(
    (state) => state.welcome?.abilities.fair ?? false,
    (fairly) => {
      if (fairly) notices.say("A fair seat: you see what your agent sees, once you play (J).", 10_000);
    },
  );
  store.watch(
    (state) => state.welcome?.source,
    (source) => {
      styles.forEach((button, i) => {
        button.hidden = i >= (source?.styles ?? 3);
      });
      targets.hidden = !source?.learned_targets;
    },
  );

  const others: Record<string, () => void> = { z: () => chooseTarget(-1), x: () => chooseTarget(1), k: toggleSight };
  const keys: KeyTaker = {
    keyDown(key, repeated) {
      if (!playing()) return false;
      const move = PLAY_MOVES[key];
      const style = /^[1-4]$/.test(key) ? Number(key) - 1 : null;
      if (move === undefined && style === null && !(key in others)) return false;
      if (repeated) return true;
      if (move !== undefined) {
        pilot.press(move);
        act();
      } else if (style !== null) chooseStyle(style);
      else others[key]();
      return true;
    },
    keyUp(key) {
      if (PLAY_MOVES[key] !== undefined) pilot.release(PLAY_MOVES[key]);
    },
    allUp: () => pilot.releaseAll(),
  };
  return { element, keys };
}

/** A button that walks for as long as it is held. */
function padButton(symbol: IconName, label: string, key: string, pilot: Pilot, move: number, act: () => void) {
  const button = iconButton(symbol, label, () => {}, key);
  button.classList.add(label.toLowerCase());
  button.addEventListener("pointerdown", () => {
    pilot.press(move);
    act();
  });
  for (const end of ["pointerup", "pointerleave", "pointercancel"] as const)
    button.addEventListener(end, () => pilot.release(move));
  button.addEventListener("click", ({ detail }) => {
    if (detail > 0) return; // a pointer has been heard already; this is for the keyboard
    pilot.press(move);
    pilot.release(move);
    act();
  });
  return button;
}
