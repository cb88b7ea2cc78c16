/** Pictures of what agents carry, drawn for this page: one of each sort, in the colour of what it is made of. */

import { setAttributes, svg } from "./dom";

interface Stroke {
  d: string;
  /** What it is filled with; else it is a line. */
  fill?: string;
  line?: string;
  width?: number;
}

const METALS: Record<string, string> = { copper: "#d9854f", tin: "#b9c6d0", iron: "#7b8ca6" };
const GOLD = "#e9bd55";
const WOOD = "#9a6b42";
const DARK = "rgb(0 0 0 / 0.45)";
const RAW: Record<string, string> = {
  shrimp: "#f3a3a0",
  sardine: "#a8bccd",
  herring: "#6f93c2",
  chicken: "#f1c5b2",
  goblin: "#93b86c",
};
const COOKED: Record<string, string> = {
  shrimp: "#f07d4c",
  sardine: "#d09348",
  herring: "#b9773a",
  chicken: "#c9833f",
  goblin: "#8f8136",
};

const fish = (colour: string, slim: number): Stroke[] => [
  {
    d: `M2 12C5 ${8 - slim} 12 ${6 - slim} 16 11L21.5 7l-1 5 1 5L16 13C12 ${18 + slim} 5 ${16 + slim} 2 12z`,
    fill: colour,
  },
  { d: "M6 11h.1", line: DARK, width: 2 },
  { d: `M9.5 ${9.5 - slim / 2}c1 1.6 1 3.4 0 5`, line: DARK, width: 1 },
];

const FOOD: Record<string, (colour: string) => Stroke[]> = {
  shrimp: (colour) => [
    { d: "M17.5 6.5C11 4 5 8 6 13.5c.7 3.8 4 5.5 8 5", line: colour, width: 5 },
    { d: "M14 18.5l5 2.5M14.5 18.5l5.5-1.5", line: colour, width: 2 },
    { d: "M17 6c2-2 3.5-2 5-1.5", line: colour, width: 1.2 },
    { d: "M17 6.5h.1", line: DARK, width: 2 },
  ],
  sardine: (colour) => fish(colour, 0.6),
  herring: (colour) => [...fish(colour, -0.6), { d: "M5 12.5h9", line: "rgb(255 255 255 / 0.45)", width: 1.2 }],
  chicken: (colour) => [
    { d: "M8 15.5l-3.5 3.5", line: "#efe6d8", width: 3 },
    { d: "M4 17.5h.1M6 20h.1", line: "#efe6d8", width: 3.4 },
    { d: "M8 16.5C4.5 11 9 4 15 3.5c5-.3 7 5 4.5 9.5C17 17.5 11.5 19.5 8 16.5z", fill: colour },
    { d: "M13 7c2-.8 4 0 4.5 2", line: "rgb(255 255 255 / 0.4)", width: 1.3 },
  ],
  goblin: (colour) => [
    { d: "M4 13C3 7.5 8 4 13 4.5c6 .5 9 5 7 9.5-1.5 3.5-5 2.5-7.5 4C9 20 5 18.5 4 13z", fill: colour },
    { d: "M8.5 11.5c0-2 1.8-3 3.6-2.6 1.8.4 2.6 2 1.8 3.6-1 2-5.4 1.6-5.4-1z", fill: "#efe6d8" },
  ],
};

const STEAM: Stroke[] = [
  { d: "M8 1.5c-1.5 1.5 1.5 2.5 0 4.2", line: "currentColor", width: 1.3 },
  { d: "M13 .8c-1.5 1.5 1.5 2.5 0 4.2", line: "currentColor", width: 1.3 },
];

const THINGS: Record<string, (metal: string) => Stroke[]> = {
  ore: (metal) => [
    { d: "M3 17l3-8 6-4 6 2.5 3.5 7L18 20H6z", fill: "#85807c" },
    {
      d: "M8 10l3-2 2.5 2-2 2.5H8.5zM14.5 13.5l3-1 1.5 2.5-2.5 2z M7.5 15.5l2.5-.8 1 2-1.8 1.3z",
      fill: metal,
    },
  ],
  sword: (metal) => [
    { d: "M20.5 3.5l-1 4.5L10 17.2 6.8 14 16 4.5z", fill: metal },
    { d: "M4.8 13l6.2 6.2", line: WOOD, width: 2.2 },
    { d: "M7 17l-3.5 3.5", line: WOOD, width: 2.8 },
  ],
  knives: (metal) => [
    { d: "M11 2.5c2 3 2 7 .5 10.5H8.5V2.5z", fill: metal },
    { d: "M10 13.5v6.5", line: WOOD, width: 2.8 },
    { d: "M18.5 6c1.5 2.5 1.5 5 .4 7.5h-2.6V6z", fill: metal },
    { d: "M17.5 14v5.5", line: WOOD, width: 2.4 },
  ],
  staff: (metal) => [
    { d: "M5 20.5L15.5 9", line: WOOD, width: 2.6 },
    { d: "M17.5 2.5a4 4 0 1 1-.01 0z", fill: metal },
    { d: "M16 5.5c.4-.8 1.2-1.2 2-1", line: "rgb(255 255 255 / 0.7)", width: 1.2 },
  ],
  armour: (metal) => [
    { d: "M8 3.5c1.5 2 6.5 2 8 0l5 2.5-2 5-2-.5V20.5H7V10.5L5 11 3 6z", fill: metal },
    { d: "M12 7v11M8.5 12.5h7", line: DARK, width: 1 },
  ],
};

const COIN: Stroke[] = [
  { d: "M12 4a8 8 0 1 1-.01 0z", fill: GOLD },
  { d: "M12 7a5 5 0 1 1-.01 0z", line: "rgb(0 0 0 / 0.3)", width: 1.2 },
];

const PARCEL: Stroke[] = [
  { d: "M4 8l8-4 8 4v8l-8 4-8-4z", fill: WOOD },
  { d: "M4 8l8 4 8-4M12 12v8", line: DARK, width: 1.2 },
];

/** The strokes of a kind by its name; a parcel for one that this page does not know. */
function strokesOf(kind: string): Stroke[] {
  if (kind === "gold") return COIN;
  const raw = kind.replace(/^cooked_/, "");
  if (FOOD[raw]) return FOOD[raw](kind === raw ? RAW[raw] : COOKED[raw]);
  const [metal, what] = kind.split("_");
  return METALS[metal] && THINGS[what] ? THINGS[what](METALS[metal]) : PARCEL;
}

/** A small picture of a kind of item, or of gold. */
export function goodIcon(kind: string): SVGSVGElement {
  const drawing = svg("svg", { viewBox: "0 0 24 24", class: "good", "aria-hidden": "true", "data-kind": kind });
  const cooked = kind.startsWith("cooked_");
  const body = svg("g", { transform: cooked ? "translate(1.5 5) scale(0.8)" : null }, ...strokesOf(kind).map(pathOf));
  drawing.append(body, ...(cooked ? STEAM.map(pathOf) : []));
  return drawing;
}

function pathOf({ d, fill, line, width = 1.6 }: Stroke): SVGPathElement {
  const path = svg("path", { d });
  path.style.fill = fill ?? "none";
  if (line) path.style.stroke = line;
  setAttributes(path, { "stroke-width": line ? width : null, "stroke-linecap": "round", "stroke-linejoin": "round" });
  return path;
}

/** What a kind is called in a sentence: "copper sword". */
export function goodName(kind: string): string {
  return kind.replaceAll("_", " ");
}
