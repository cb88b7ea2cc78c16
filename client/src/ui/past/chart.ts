/** The chart of the living: areas of the populations one above the other, over time. */

import { populationColour } from "../../palette";
import { crisp, themed } from "../parts/canvas";
import { whole } from "../parts/format";
import { roundUp } from "../parts/scale";
import { nearest, type Sample } from "./history";

const FOOT = 15; // room for the ticks below [px]

/** The most that lived at once. */
export function peakOf(samples: readonly Sample[]): number {
  return Math.max(0, ...samples.map(({ counts }) => counts.reduce((sum, n) => sum + n, 0)));
}

/**
 * Draws samples into a canvas.
 *
 * @param most that lived at once, in the upper end of the scale.
 * @param hover where the pointer is from its left edge [px], or null.
 */
export function drawChart(
  canvas: HTMLCanvasElement,
  samples: readonly Sample[],
  most: number,
  hover: number | null,
): void {
  const paper = crisp(canvas);
  if (!paper || samples.length === 0) return;
  const { pen, width } = paper;
  const height = paper.height - FOOT;
  const [first, last] = [samples[0].tick, samples[samples.length - 1].tick];
  const high = roundUp(most);
  const x = (tick: number) => (last === first ? width : ((tick - first) / (last - first)) * width);
  const y = (value: number) => height - (value / high) * (height - 10);

  drawAreas(pen, samples, x, y);
  pen.font = `${getComputedStyle(canvas).fontSize} ${themed("--font")}`;
  drawRule(pen, high, y(high), width);
  if (high % 2 === 0 || high > 10) drawRule(pen, high / 2, y(high / 2), width);
  pen.fillStyle = themed("--muted");
  pen.textBaseline = "alphabetic";
  pen.textAlign = "left";
  pen.fillText(whole(first), 0, paper.height - 2);
  pen.textAlign = "right";
  pen.fillText(`tick ${whole(last)}`, width, paper.height - 2);
  if (hover !== null) drawMark(pen, x(samples[hoveredSample(samples, hover, width)].tick), height);
}

/** The sample below the pointer. */
export function hoveredSample(samples: readonly Sample[], hover: number, width: number): number {
  const [first, last] = [samples[0].tick, samples[samples.length - 1].tick];
  return nearest(samples, first + (hover / (width || 1)) * (last - first));
}

type Scale = (value: number) => number;

function drawAreas(pen: CanvasRenderingContext2D, samples: readonly Sample[], x: Scale, y: Scale): void {
  const floor = new Array<number>(samples.length).fill(0);
  const places = samples.map(({ tick }) => x(tick));
  const seam = themed("--panel-solid");
  for (let population = 0; population < samples[0].counts.length; population++) {
    const roof = floor.map((below, i) => below + (samples[i].counts[population] ?? 0));
    pen.beginPath();
    pen.moveTo(places[0], y(floor[0]));
    roof.forEach((value, i) => {
      pen.lineTo(places[i], y(value));
    });
    for (let i = floor.length - 1; i >= 0; i--) pen.lineTo(places[i], y(floor[i]));
    pen.closePath();
    pen.fillStyle = populationColour(population);
    pen.fill();
    pen.strokeStyle = seam;
    pen.lineWidth = 0.75;
    pen.stroke();
    roof.forEach((value, i) => {
      floor[i] = value;
    });
  }
  pen.beginPath();
  floor.forEach((value, i) => {
    pen.lineTo(places[i], y(value));
  });
  pen.strokeStyle = themed("--edge");
  pen.lineWidth = 1;
  pen.stroke();
}

function drawRule(pen: CanvasRenderingContext2D, value: number, at: number, width: number): void {
  pen.strokeStyle = themed("--line");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(0, Math.round(at) + 0.5);
  pen.lineTo(width, Math.round(at) + 0.5);
  pen.stroke();
  pen.fillStyle = themed("--text");
  pen.strokeStyle = themed("--panel-solid");
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.strokeText(whole(value), 2, at + 1);
  pen.fillText(whole(value), 2, at + 1);
}

function drawMark(pen: CanvasRenderingContext2D, at: number, height: number): void {
  pen.strokeStyle = themed("--text");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(Math.round(at) + 0.5, 0);
  pen.lineTo(Math.round(at) + 0.5, height);
  pen.stroke();
}
