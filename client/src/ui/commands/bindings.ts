/** The keys: what each does, for the page and for its help. */

import type { Commands } from "./commands";

export type Group = "Time" | "Camera" | "Agents" | "Overlays" | "Page";

export interface Binding {
  /** Names of keys as `keyName` gives them. */
  keys: readonly string[];
  group: Group;
  does: string;
  run(commands: Commands): void;
}

/** What the key and the button of the director do. */
export const DIRECT = "Let the director hold the camera, or take it back";

/** What the key of the theme does. */
const THEME = "Dark or light";

export const BINDINGS: readonly Binding[] = [
  { group: "Time", keys: ["Space"], does: "Pause or go on", run: (c) => c.togglePause() },
  { group: "Time", keys: ["."], does: "One tick ahead", run: (c) => c.stepForward() },
  { group: "Time", keys: [","], does: "One tick back, in a replay", run: (c) => c.stepBack() },
  { group: "Time", keys: ["["], does: "Slower", run: (c) => c.slower() },
  { group: "Time", keys: ["]"], does: "Faster", run: (c) => c.faster() },
  { group: "Time", keys: ["\\"], does: "Normal speed", run: (c) => c.normalSpeed() },
  { group: "Time", keys: ["Home"], does: "Start of a replay", run: (c) => c.first() },
  { group: "Time", keys: ["End"], does: "End of a replay", run: (c) => c.last() },
  { group: "Time", keys: ["k"], does: "Next kill of a replay", run: (c) => c.find("kill") },
  { group: "Time", keys: ["Shift+k"], does: "Kill before", run: (c) => c.find("kill", false) },
  { group: "Time", keys: ["z"], does: "Next death of a replay", run: (c) => c.find("death") },
  { group: "Time", keys: ["Shift+z"], does: "Death before", run: (c) => c.find("death", false) },
  { group: "Time", keys: ["u"], does: "Repeat a replay", run: (c) => c.toggleLoop() },
  { group: "Camera", keys: ["f"], does: "Follow the selected agent, or stop", run: (c) => c.toggleFollow() },
  { group: "Camera", keys: ["r"], does: "See the whole map again", run: (c) => c.resetCamera() },
  { group: "Camera", keys: ["9"], does: DIRECT, run: (c) => c.toggleDirector() },
  { group: "Camera", keys: ["c"], does: "Bring the selected agent to the middle", run: (c) => c.centre() },
  { group: "Agents", keys: ["/"], does: "Search", run: (c) => c.search() },
  { group: "Agents", keys: ["n"], does: "Next agent", run: (c) => c.selectNext(1) },
  { group: "Agents", keys: ["Shift+n"], does: "Agent before", run: (c) => c.selectNext(-1) },
  { group: "Agents", keys: ["o"], does: "The oldest agent", run: (c) => c.selectOldest() },
  { group: "Agents", keys: ["Escape"], does: "Let go of the agent", run: (c) => c.deselect() },
  { group: "Agents", keys: ["j"], does: "Play as an agent, or leave it", run: (c) => c.togglePlay() },
  { group: "Overlays", keys: ["t"], does: "Next overlay", run: (c) => c.cycleOverlay() },
  { group: "Overlays", keys: ["p"], does: "Overlay of the next population", run: (c) => c.cyclePopulation() },
  { group: "Overlays", keys: ["Shift+p"], does: "Of the population before", run: (c) => c.cyclePopulation(-1) },
  { group: "Page", keys: ["?", "h"], does: "This help", run: (c) => c.help() },
  { group: "Page", keys: ["l"], does: "Names and bars above agents", run: (c) => c.toggleLabels() },
  { group: "Page", keys: ["i"], does: THEME, run: (c) => c.toggleTheme() },
  { group: "Page", keys: ["y"], does: "Copy a link to this moment", run: (c) => void c.copyLink() },
  { group: "Page", keys: ["x"], does: "Present: the world, large", run: (c) => c.togglePresenting() },
  { group: "Page", keys: ["0"], does: "Show or hide the panels", run: (c) => c.toggleColumn() },
  { group: "Page", keys: ["m"], does: "Map", run: (c) => c.togglePanel("map") },
  { group: "Page", keys: ["g"], does: "Populations", run: (c) => c.togglePanel("populations") },
  { group: "Page", keys: ["v"], does: "Overlays", run: (c) => c.togglePanel("overlay") },
  { group: "Page", keys: ["$"], does: "Exchange", run: (c) => c.togglePanel("exchange") },
  { group: "Page", keys: ["b"], does: "Events", run: (c) => c.togglePanel("feed") },
];

const BY_KEY = new Map(BINDINGS.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)));

export function bindingFor(key: string): Binding | undefined {
  return BY_KEY.get(key);
}

/** Whether it does something for all worlds that stand side by side, not for one of them. */
export function isShared({ group, does }: Binding): boolean {
  return group === "Time" || does === THEME;
}

/** The first key of what `run` of the binding named `does`, as it is shown on buttons; "" if there is none. */
export function keyOf(does: string): string {
  return shownKey(BINDINGS.find((binding) => binding.does === does)?.keys[0] ?? "");
}

/** The name of the key of an event: letters small, with Shift in front where it is held. */
export function keyName({ key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">): string {
  if (key === " ") return "Space";
  if (/^\p{L}$/u.test(key)) return `${shiftKey ? "Shift+" : ""}${key.toLowerCase()}`;
  return key;
}

/** A key as it is written on keyboards. */
export function shownKey(key: string): string {
  const names: Record<string, string> = { Escape: "Esc" };
  return key
    .split("+")
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" + ");
}

/** Keys that act for as long as they are held; what they do to the camera, a second. */
export interface Drift {
  right?: number;
  ahead?: number;
  turn?: number;
  tilt?: number;
  zoom?: number;
}

const PAN = 0.7; // shares of the picture
const TURN = 1.4; // rad
const ZOOM = 1.3; // e-folds

export const DRIFTS: Readonly<Record<string, Drift>> = {
  ArrowRight: { right: PAN },
  ArrowLeft: { right: -PAN },
  ArrowUp: { ahead: PAN },
  ArrowDown: { ahead: -PAN },
  d: { right: PAN },
  a: { right: -PAN },
  w: { ahead: PAN },
  s: { ahead: -PAN },
  q: { turn: -TURN },
  e: { turn: TURN },
  PageUp: { tilt: -TURN / 2 },
  PageDown: { tilt: TURN / 2 },
  "+": { zoom: -ZOOM },
  "=": { zoom: -ZOOM },
  "-": { zoom: ZOOM },
};

/** Keys of whoever plays; they go before all others. Moves: 1 north, 2 south, 3 east, 4 west. */
export const PLAY_MOVES: Readonly<Record<string, number>> = {
  ArrowUp: 1,
  ArrowDown: 2,
  ArrowRight: 3,
  ArrowLeft: 4,
  w: 1,
  s: 2,
  d: 3,
  a: 4,
};

/** The lines of the help on keys that are held or belong to a player. */
export const MORE_HELP: readonly { group: Group | "Playing"; keys: readonly string[]; does: string }[] = [
  { group: "Camera", keys: ["↑ ↓ ← →", "W A S D"], does: "Move over the ground" },
  { group: "Camera", keys: ["Q", "E"], does: "Turn" },
  { group: "Camera", keys: ["PgUp", "PgDn"], does: "Tilt" },
  { group: "Camera", keys: ["+", "-"], does: "Nearer, farther" },
  { group: "Playing", keys: ["↑ ↓ ← →", "W A S D"], does: "Walk" },
  { group: "Playing", keys: ["1", "2", "3"], does: "Fight with melee, range, mage" },
  { group: "Playing", keys: ["Z", "X"], does: "Target before, next target" },
  { group: "Playing", keys: ["K"], does: "See the window of the agent, or the map" },
  { group: "Playing", keys: ["J"], does: "Leave" },
];
