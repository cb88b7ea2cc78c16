/** The page of a comparison: worlds side by side, which share a pace. */

import "./compare.css";
import type { Neighbour } from "../beside";
import { bindingFor, isShared } from "../ui/commands/bindings";
import type { Commands } from "../ui/commands/commands";
import { keyForPage } from "../ui/commands/keyboard";
import { createPace } from "../ui/time/pace";
import { Common } from "./common";
import { addressOf, columnsFor, type Lane, lanesOf } from "./lanes";

const place = document.querySelector<HTMLElement>("#lanes");
const bar = document.querySelector<HTMLElement>("#pace");
if (!place || !bar) throw new Error("the page lacks its place for worlds");
const light = matchMedia("(prefers-color-scheme: light)").matches;
setTheme(new URL(location.href).searchParams.get("theme") ?? (light ? "light" : "dark"));
show(place, bar).catch((error: unknown) => {
  place.textContent = error instanceof Error ? error.message : String(error);
});

function setTheme(theme: string): void {
  document.documentElement.dataset.theme = theme;
}

async function show(place: HTMLElement, bar: HTMLElement): Promise<void> {
  const answer = await fetch(new URL(`lanes.json${location.search}`, location.href));
  if (!answer.ok) throw new Error((await answer.text()).trim());
  const lanes = lanesOf(await answer.json());
  document.title = `${lanes.map(({ title }) => title).join(" | ")} · Embyr`;
  const frames = lanes.map(frameOf);
  share(frames, bar);
  place.replaceChildren(...frames);
  const arrange = () => {
    place.style.setProperty("--columns", String(columnsFor(lanes.length, place.clientWidth, place.clientHeight)));
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

/** Buttons and keys of this page set the pace of all through the first world, whose pace is that of all. */
function share(frames: readonly HTMLElement[], bar: HTMLElement): void {
  const common = new Common(setTheme);
  let first: Commands | null = null;
  window.takeIn = ({ store, commands }: Neighbour, frame) => {
    common.join(frame, store);
    if (frame !== frames[0]) return;
    first = commands;
    const { play, step, speeds } = createPace(store, commands);
    bar.replaceChildren(play, step, speeds);
    store.watch(
      (state) => state.welcome?.abilities.control ?? false,
      (able) => {
        bar.hidden = !able;
      },
    );
  };
  addEventListener("keydown", (event) => {
    const binding = bindingFor(keyForPage(event) ?? "");
    if (!first || !binding || !isShared(binding) || event.repeat) return;
    binding.run(first);
    event.preventDefault();
  });
  bar.addEventListener("click", ({ detail, target }) => {
    if (detail > 0 && target instanceof Element) target.closest("button")?.blur(); // Space pauses, and clicks nothing
  });
}
