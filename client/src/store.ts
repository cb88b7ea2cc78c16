/** The state of the page, and everything a person can do, as plain functions. */

import type { OverlayGrid } from "./grid";
import { Observable } from "./observable";
import type {
  AgentReport,
  ClientMessage,
  HistoryReport,
  Moment,
  OverlayName,
  OverlayRequest,
  Past,
  ServerState,
  TraceReport,
  Training,
  Welcome,
} from "./protocol";
import type { ExchangeReport, FameReport, LifeReport } from "./society";
import type { Parameters } from "./url";

export interface Connection {
  /** refused: the server closed for good; `message` says why in a sentence. */
  status: "connecting" | "open" | "lost" | "refused";
  message: string;
  /** When it tries again, as of performance.now() [ms]. */
  retryAt: number | null;
}

export interface Play {
  status: "watching" | "joining" | "playing";
  /** The agent one plays. */
  id: number | null;
  /** Why one no longer plays, or could not join. */
  reason: string;
  /** How often one has left without the server having said so yet: what it says of seats until then is of before. */
  leaving: number;
  /** What one sees while playing. */
  sight: "window" | "map";
  /** The agent one played last, and how that ended, until one plays again or wants to watch. */
  over: { id: number; population: number | null; reason: string } | null;
}

/** What the camera looks at; tiles may be fractional. */
export interface View {
  center: [row: number, col: number];
  /** Where the corners of the picture meet the ground: top left, top right, bottom right, bottom left. */
  corners: [row: number, col: number][];
  /** Clockwise from above, 0 looks north [rad]. */
  heading: number;
}

export interface AppState {
  connection: Connection;
  welcome: Welcome | null;
  server: ServerState | null;
  /** Tick of the newest frame. */
  tick: number;
  selected: number | null;
  hovered: number | null;
  /** What the server tells of the selected agent. */
  report: AgentReport | null;
  /** What the server tells of the life of the selected agent. */
  life: LifeReport | null;
  /** The book of the exchange that is asked for, or null; and what the server tells of it. */
  book: number | null;
  exchange: ExchangeReport | null;
  /** Whether it is asked who stands out; and what the server tells of it. */
  asksFame: boolean;
  fame: FameReport | null;
  /** How many lived when, as the server told last. */
  history: HistoryReport | null;
  /** What happened before the newest key frame. */
  past: Past | null;
  /** The most that the chart of populations shows, and how high it reaches at least. */
  peak: number;
  chartTop: number;
  /** How the selected agent fared before it was selected. */
  trace: TraceReport | null;
  overlay: OverlayRequest;
  /** The newest grid of the overlay; null until it comes. */
  grid: OverlayGrid | null;
  camera: "orbit" | "follow" | "director";
  /** What the director shows, in a line; empty while it does not hold the camera. */
  caption: string;
  play: Play;
  view: View | null;
  theme: "dark" | "light";
  /** Whether names and bars are drawn above agents. */
  labels: boolean;
  quality: "auto" | "low" | "medium" | "high";
  /** Whether the browser draws: missing if it has no WebGL 2, lost while it has taken it away. */
  graphics: "drawn" | "missing" | "lost";
  /** How far the run is that is watched; null where none is. */
  training: Training | null;
  /** What the server last refused, in a sentence; every refusal is another object. */
  refusal: { message: string } | null;
}

export type Store = Observable<AppState>;

export function createStore(url: Parameters): Store {
  return new Observable<AppState>({
    connection: { status: "connecting", message: "Connecting …", retryAt: null },
    welcome: null,
    server: null,
    tick: url.tick ?? 0,
    selected: url.agent,
    hovered: null,
    report: null,
    life: null,
    book: null,
    exchange: null,
    asksFame: false,
    fame: null,
    history: null,
    past: null,
    peak: 0,
    chartTop: 0,
    trace: null,
    overlay: { name: url.overlay, population: url.population ?? 0, food: null, water: null },
    grid: null,
    camera: url.director ? "director" : url.follow && url.agent !== null ? "follow" : "orbit",
    caption: "",
    play: { status: "watching", id: null, reason: "", leaving: 0, sight: "map", over: null },
    view: null,
    theme: url.theme ?? (prefers("(prefers-color-scheme: light)") ? "light" : "dark"),
    labels: true,
    quality: url.quality ?? "auto",
    graphics: "drawn",
    training: null,
    refusal: null,
  });
}

function prefers(query: string): boolean {
  return typeof matchMedia === "function" && matchMedia(query).matches;
}

export type Actions = ReturnType<typeof createActions>;

/** What a person can do. `send` hands a message to the server, or drops it when there is no connection. */
export function createActions(store: Store, send: (message: ClientMessage) => void) {
  const overlay = (patch: Partial<OverlayRequest>) => {
    const request = { ...store.get().overlay, ...patch };
    store.set({ overlay: request, grid: null });
    send({ type: "overlay", ...request });
  };
  const inspect = (id: number | null) => {
    const abilities = store.get().welcome?.abilities;
    if (abilities?.inspect) send({ type: "inspect", id });
    if (abilities?.life) send({ type: "life", id });
  };
  const play = (patch: Partial<Play>) => store.set({ play: { ...store.get().play, ...patch } });
  const select = (id: number | null) => {
    if (id === store.get().selected) return;
    store.set({ selected: id, report: null, life: null, ...(id === null ? { camera: "orbit" as const } : {}) });
    send({ type: "inspect", id });
    if (store.get().welcome?.abilities.life) send({ type: "life", id });
  };
  return {
    /** Selects an agent, or nobody. */
    select,
    /** Follows an agent (by default the selected one) with the camera. */
    follow(id: number | null = store.get().selected) {
      if (id === null) return;
      select(id);
      store.set({ camera: "follow" });
    },
    /** Has the director hold the camera. */
    direct() {
      store.set({ camera: "director" });
    },
    orbit() {
      store.set({ camera: "orbit" });
    },
    hover(id: number | null) {
      store.set({ hovered: id });
    },
    setOverlay(name: OverlayName | null) {
      overlay({ name });
    },
    /** Goes to the next overlay that the server offers, and after the last to none. */
    cycleOverlay() {
      const names = [null, ...(store.get().welcome?.abilities.overlays ?? [])];
      overlay({ name: names[(names.indexOf(store.get().overlay.name) + 1) % names.length] });
    },
    setOverlayPopulation(population: number) {
      overlay({ population });
    },
    setOverlayVitals(food: number | null, water: number | null) {
      overlay({ food, water });
    },
    pause: () => send({ type: "control", do: "pause" }),
    resume: () => send({ type: "control", do: "play" }),
    togglePause: () => send({ type: "control", do: store.get().server?.paused ? "play" : "pause" }),
    step: () => send({ type: "control", do: "step" }),
    setSpeed: (speed: number) => send({ type: "control", do: "speed", value: Math.min(Math.max(speed, 0.1), 100) }),
    seek: (tick: number) => send({ type: "control", do: "seek", value: Math.round(tick) }),
    /** Plays on with the checkpoint of so many agent steps; null follows the run. */
    setCheckpoint: (steps: number | null) => send({ type: "control", do: "checkpoint", value: steps }),
    /** Asks for a book of the exchange from now on, or for none. */
    askExchange(book: number | null) {
      const { book: before, welcome } = store.get();
      if (book === before || !welcome?.abilities.exchange) return;
      store.set({ book, exchange: null });
      send({ type: "exchange", book });
    },
    /** Asks who stands out from now on, or no more. */
    askFame(asksFame: boolean) {
      const { asksFame: before, welcome } = store.get();
      if (asksFame === before || !welcome?.abilities.fame) return;
      store.set({ asksFame, fame: null });
      send({ type: "fame", shown: asksFame });
    },
    /** Asks for the last births and deaths up to a tick. */
    recall: (tick: number) => send({ type: "recall", tick }),
    /** Asks how an agent fared up to a tick. */
    trace: (id: number, tick: number) => send({ type: "trace", id, tick }),
    /** Goes to the next death or kill of a replay, or to the one before, and pauses there. */
    find(what: Moment, forward: boolean) {
      if (!store.get().server?.paused) send({ type: "control", do: "pause" });
      send({ type: "find", what, tick: store.get().tick, forward });
    },
    /** Shows a tick as it comes about: from the one before, where there is one. */
    watchTick(tick: number) {
      const first = store.get().welcome?.source.ticks?.[0] ?? tick;
      send({ type: "control", do: "seek", value: Math.max(tick - 1, first) });
      if (tick > first) send({ type: "control", do: "step" });
    },
    setLoop: (loop: boolean) => send({ type: "control", do: "loop", value: loop }),
    /** Takes over an agent: just this one where `id` is given, else any of the population, else anyone. */
    join(population: number | null, id: number | null = null) {
      // Whoever plays goes on with its agent until the server gives it another one.
      play(store.get().play.id === null ? { status: "joining", reason: "", over: null } : { reason: "" });
      send({ type: "join", population, id });
    },
    act: (move: number, style: number, target: number | null) => send({ type: "act", move, style, target }),
    leave() {
      play({ status: "watching", id: null, reason: "", over: null, leaving: store.get().play.leaving + 1 });
      send({ type: "leave" });
    },
    /** Has done with the agent one played last. */
    watchAgain: () => play({ over: null }),
    setSight(sight: Play["sight"]) {
      play({ sight });
      send({ type: "sight", mode: sight });
    },
    setTheme: (theme: AppState["theme"]) => store.set({ theme }),
    setLabels: (labels: boolean) => store.set({ labels }),
    setQuality: (quality: AppState["quality"]) => store.set({ quality }),
    /** Says again to a server what it must know of this page, after a new connection. */
    resend() {
      const { selected, overlay: request, book, asksFame } = store.get();
      if (asksFame && store.get().welcome?.abilities.fame) send({ type: "fame", shown: true });
      if (book !== null && store.get().welcome?.abilities.exchange) send({ type: "exchange", book });
      if (selected !== null) inspect(selected);
      if (request.name !== null) send({ type: "overlay", ...request });
    },
  };
}
