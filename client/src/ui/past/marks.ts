/** What is seen above the time bar: how many lived, how many were born, when somebody was killed. */

import type { HistoryReport } from "../../protocol";
import type { Store } from "../../store";
import { crisp, themed } from "../parts/canvas";
import { el } from "../parts/dom";
import { paced } from "../parts/schedule";

export interface Bin {
  /** The most that lived in it; NaN where nothing is known. */
  living: number;
  /** Births a tick. */
  births: number;
  /** Kills a tick. */
  kills: number;
}

const LABEL = "Over the replay: how many lived (area), births (bars from below) and kills (bars from above) a tick";
/** Width of a bar [px]. */
const BAR = 3;
/** Share of the height that the bars of the busiest time have. */
const TALLEST = 0.36;

export function createMarks(store: Store): HTMLElement {
  const canvas = el("canvas", { class: "marks", role: "img", "aria-label": LABEL, title: LABEL });
  const draw = () => {
    const { history, welcome } = store.get();
    const ticks = welcome?.source.ticks;
    if (history && ticks) drawMarks(canvas, history, ticks);
  };
  const redraw = paced(draw, 200);
  store.watch((state) => state.history, redraw);
  store.watch((state) => state.theme, redraw);
  if (typeof ResizeObserver === "function") new ResizeObserver(redraw).observe(canvas);
  return canvas;
}

/** What happened in each of `count` equal parts of a span of ticks; events lie at the end of their interval. */
export function binned(history: HistoryReport, [first, last]: readonly [number, number], count: number): Bin[] {
  const bins = Array.from({ length: count }, () => ({ living: Number.NaN, births: 0, kills: 0 }));
  const lengths = new Array<number>(count).fill(0);
  history.tick.forEach((tick, i) => {
    const place = Math.floor(((tick - first) / (last - first || 1)) * count);
    const at = Math.min(Math.max(place, 0), count - 1);
    const bin = bins[at];
    lengths[at] += i > 0 ? tick - history.tick[i - 1] : 0;
    const living = history.counts[i].reduce((sum, n) => sum + n, 0);
    bin.living = Number.isNaN(bin.living) ? living : Math.max(bin.living, living);
    bin.births += history.births[i];
    bin.kills += history.kills[i];
  });
  return bins.map(({ living, births, kills }, i) => {
    const ticks = Math.max(lengths[i], 1);
    return { living, births: births / ticks, kills: kills / ticks };
  });
}

function drawMarks(canvas: HTMLCanvasElement, history: HistoryReport, ticks: readonly [number, number]): void {
  const paper = crisp(canvas);
  if (!paper) return;
  const { pen, width, height } = paper;
  const bins = binned(history, ticks, Math.max(1, Math.floor(width / BAR)));
  const most = (of: (bin: Bin) => number) => Math.max(1e-9, ...bins.map(of).filter((value) => !Number.isNaN(value)));
  const [living, births, kills] = [most((bin) => bin.living), most((bin) => bin.births), most((bin) => bin.kills)];
  const step = width / bins.length;

  pen.fillStyle = themed("--edge");
  pen.beginPath();
  pen.moveTo(0, height);
  let end = 0;
  bins.forEach((bin, i) => {
    if (Number.isNaN(bin.living)) return;
    end = (i + 1) * step;
    pen.lineTo(i === 0 ? 0 : (i + 0.5) * step, height * (1 - (0.95 * bin.living) / living));
  });
  pen.lineTo(end, height);
  pen.fill();
  bins.forEach((bin, i) => {
    const bar = (share: number, top: boolean, colour: string) => {
      const tall = Math.max(share > 0 ? 1.5 : 0, share * TALLEST * height);
      pen.fillStyle = themed(colour);
      pen.fillRect(i * step + 0.5, top ? 0 : height - tall, step - 1, tall);
    };
    bar(bin.births / births, false, "--good");
    bar(bin.kills / kills, true, "--bad");
  });
}
