/** The page of a comparison: worlds side by side, which share a pace. */

import "./compare.css";
import { addressOf, columnsFor, type Lane, lanesOf } from "./lanes";

const place = document.querySelector<HTMLElement>("#lanes");
if (!place) throw new Error("the page lacks its place for worlds");
const theme = new URL(location.href).searchParams.get("theme");
if (theme) document.documentElement.style.colorScheme = theme;
show(place).catch((error: unknown) => {
  place.textContent = error instanceof Error ? error.message : String(error);
});

async function show(place: HTMLElement): Promise<void> {
  const answer = await fetch(new URL(`lanes.json${location.search}`, location.href));
  if (!answer.ok) throw new Error((await answer.text()).trim());
  const lanes = lanesOf(await answer.json());
  place.replaceChildren(...lanes.map(frameOf));
  const arrange = () => {
    place.style.setProperty("--columns", String(columnsFor(lanes.length, innerWidth, innerHeight)));
  };
  addEventListener("resize", arrange);
  arrange();
}

/** The page of a world, which says its own title. */
function frameOf(lane: Lane): HTMLElement {
  const frame = document.createElement("iframe");
  frame.title = lane.title;
  frame.src = addressOf(lane, location.href);
  return frame;
}
