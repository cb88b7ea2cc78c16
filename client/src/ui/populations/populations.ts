/** The panel of the populations: how many live, now and over time, and how old they are. */

import type { App } from "../../app";
import { populationName } from "../../names";
import { populationColour } from "../../palette";
import type { Desk } from "../page/desk";
import { el, emblem, nameParts, setAttributes, setText } from "../parts/dom";
import { short, whole } from "../parts/format";
import { paced } from "../parts/schedule";
import { drawChart, hoveredSample, peakOf } from "../past/chart";
import { History, type Sample } from "../past/history";
import { census } from "./census";

const RECENT = 300; // ticks
const SAMPLES = 600;

interface Line {
  element: HTMLElement;
  bar: HTMLElement;
  count: HTMLElement;
  age: HTMLElement;
}

export function createPopulations({ store, actions, world }: App, desk: Desk): HTMLElement {
  const histories = { recent: new History(SAMPLES, RECENT), all: new History(SAMPLES) };
  let span: keyof typeof histories = "recent";
  let hover: number | null = null;
  let lines: Line[] = [];

  const chart = el("canvas", { class: "chart", role: "img", "aria-label": "Living agents by population over time" });
  const when = el("span", { class: "when" });
  const list = el("div", { class: "population-list", role: "group", "aria-label": "Populations" });
  const spans = spanButtons((chosen) => {
    span = chosen;
    draw();
  });

  const hovered = (samples: readonly Sample[]) =>
    hover === null || samples.length === 0 ? null : samples[hoveredSample(samples, hover, chart.clientWidth)];
  const draw = () => {
    const { frame } = world;
    if (!desk.isOpen("populations") || !frame) return;
    const { samples } = histories[span];
    const peak = peakOf(samples);
    store.set({ peak });
    drawChart(chart, samples, Math.max(peak, store.get().chartTop), hover);
    const then = hovered(samples);
    const now = census(frame.agents, lines.length);
    fillLines(lines, then?.counts ?? now.counts, then ? null : now.ages);
    const living = then ? then.counts.reduce((sum, n) => sum + n, 0) : now.living;
    const among = store.get().welcome?.abilities.fair ? "in sight" : "alive";
    setText(when, then ? `${whole(living)} at tick ${whole(then.tick)}` : `${whole(living)} ${among}`);
  };
  const redraw = paced(draw, 200);

  /** The tick from which on the page has seen all by itself. */
  let since = 0;
  const fill = () => {
    const { history: told } = store.get();
    const past = told?.tick.map((tick, i) => ({ tick, counts: told.counts[i] })) ?? [];
    for (const history of Object.values(histories)) history.fill(past, since);
    redraw();
  };
  store.watch((state) => state.history, fill);
  world.onFrame((frame) => {
    const { counts } = census(frame.agents, lines.length);
    if (frame.key) {
      since = frame.tick;
      fill();
    }
    histories.recent.add(frame.tick, counts);
    histories.all.add(frame.tick, counts);
    redraw();
  });
  store.watch(
    (state) => state.welcome?.session,
    () => {
      const source = store.get().welcome?.source;
      histories.recent.clear();
      histories.all.clear();
      lines = Array.from({ length: source?.populations ?? 0 }, (_, population) =>
        createLine(population, populationName(source, population), () => actions.setOverlayPopulation(population)),
      );
      list.replaceChildren(...lines.map((line) => line.element));
    },
  );
  store.watch(
    (state) => `${state.overlay.population} ${state.welcome?.session}`,
    () => {
      const { population } = store.get().overlay;
      lines.forEach((line, i) => {
        setAttributes(line.element, { "aria-pressed": String(i === population) });
      });
    },
  );
  store.watch((state) => `${state.theme} ${state.chartTop}`, redraw);
  desk.state.watch(
    ({ presenting }) => presenting,
    (presenting) => {
      list.inert = presenting; // the legend of the chart, and no more
    },
  );
  chart.addEventListener("pointermove", ({ offsetX }) => {
    hover = offsetX;
    draw();
  });
  chart.addEventListener("pointerleave", () => {
    hover = null;
    draw();
  });
  const body = [el("div", { class: "row" }, when, spans), chart, list];
  return desk.panel({ name: "populations", title: "Populations", body, opened: () => requestAnimationFrame(draw) });
}

function spanButtons(choose: (span: "recent" | "all") => void): HTMLElement {
  const make = (span: "recent" | "all", label: string) => {
    const button = el("button", { type: "button", "aria-pressed": String(span === "recent") }, label);
    button.addEventListener("click", () => {
      for (const other of buttons) setAttributes(other, { "aria-pressed": String(other === button) });
      choose(span);
    });
    return button;
  };
  const buttons = [make("recent", "Recent"), make("all", "All")];
  return el("span", { class: "segments", role: "group", "aria-label": "Span of the chart" }, ...buttons);
}

function createLine(population: number, name: string, choose: () => void): Line {
  const bar = el("span", { class: "share" });
  const count = el("span", { class: "number" });
  const age = el("span", { class: "number faint", title: "mean age [ticks]" });
  const element = el(
    "button",
    { type: "button", class: "population", title: `${name}: count, mean age. Click to choose it for overlays.` },
    emblem(population),
    nameParts(name, "population-name"),
    bar,
    count,
    age,
  );
  bar.style.setProperty("--colour", populationColour(population));
  element.addEventListener("click", choose);
  return { element, bar, count, age };
}

function fillLines(lines: readonly Line[], counts: readonly number[], ages: readonly number[] | null): void {
  const most = Math.max(1, ...counts);
  lines.forEach(({ bar, count, age }, i) => {
    bar.style.setProperty("--share", String((counts[i] ?? 0) / most));
    setText(count, whole(counts[i] ?? 0));
    setText(age, ages ? short(ages[i]) : "");
  });
}
