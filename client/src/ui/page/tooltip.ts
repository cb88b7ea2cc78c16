/** What lies under the pointer: an agent, or the number of the overlay. */

import type { App } from "../../app";
import { furtherOf } from "../../declared";
import type { Frame } from "../../frame";
import { agentName, populationName } from "../../names";
import { tileMates } from "../../scene/pointer";
import { el, emblem } from "../parts/dom";
import { capital, count, short } from "../parts/format";
import { gridValue } from "../parts/scale";
import { paced } from "../parts/schedule";

export function createTooltip(app: App): HTMLElement {
  const { store, world, scene } = app;
  const tip = el("div", { id: "tooltip", class: "tooltip", hidden: true, "aria-hidden": "true" });
  const canvas = document.querySelector<HTMLCanvasElement>("#scene");
  let at: { x: number; y: number } | null = null;

  const content = (): Node[] => {
    const { hovered, grid } = store.get();
    const agent = at ? world.agent(hovered) : null;
    if (agent) {
      const population = populationName(store.get().welcome?.source, agent.population);
      const line = `${population} · age ${agent.age} · health ${agent.health} · food ${agent.food} · water ${agent.water}`;
      return [
        el("p", {}, emblem(agent.population), agentName(agent.id)),
        el("p", { class: "faint" }, line),
        ...crowdLine(world.frame, agent.id),
      ];
    }
    const creature = at ? world.creature(hovered) : null;
    if (creature) {
      const frozen = creature.freeze > 0 ? " · frozen" : "";
      const line = `${capital(creature.species.replaceAll("_", " "))} · health ${creature.health}${frozen}`;
      return [el("p", {}, world.nameOf(creature.id)), el("p", { class: "faint" }, line)];
    }
    const asked = grid || world.declared.further.length > 0; // what the ground is made of is plain where it is ours
    const pick = at && asked ? scene.pick(at.x, at.y) : null;
    if (!pick) return [];
    const tile = pick.row * world.side + pick.col;
    const number = world.knows(tile) ? world.plane[tile] : -1;
    const material = world.declared.materials[number] ?? "not seen yet";
    const made = furtherOf(world.declared, number);
    if (!grid) return made ? [el("p", {}, capital(made.name)), el("p", { class: "faint" }, made.meaning)] : [];
    const there = gridValue(grid, pick.row, pick.col);
    const value = there === null ? "nothing here" : grid.unit ? valueText(there.value, grid.unit) : short(there.value);
    return [el("p", {}, value), el("p", { class: "faint" }, `${material}, row ${pick.row}, column ${pick.col}`)];
  };
  const show = paced(() => {
    const parts = content();
    tip.hidden = parts.length === 0;
    tip.replaceChildren(...parts);
    if (!at || tip.hidden) return;
    const [width, height] = [tip.offsetWidth, tip.offsetHeight];
    const x = at.x + 14 + width > innerWidth ? at.x - 14 - width : at.x + 14;
    const y = Math.min(at.y + 14, innerHeight - height - 6);
    tip.style.transform = `translate(${Math.max(x, 4)}px, ${y}px)`;
  }, 50);

  canvas?.addEventListener("pointermove", ({ offsetX, offsetY, buttons }) => {
    at = buttons === 0 ? { x: offsetX, y: offsetY } : null; // not while one drags the camera
    show();
  });
  canvas?.addEventListener("pointerleave", () => {
    at = null;
    show();
  });
  store.watch((state) => state.hovered, show);
  store.watch((state) => state.grid, show);
  return tip;
}

/** Who else could be meant: how many stand on its tile, and how one comes to them. */
function crowdLine(frame: Frame | null, id: number): Node[] {
  const mates = frame ? tileMates(frame, id).length : 1;
  return mates > 1 ? [el("p", { class: "faint" }, `${mates} agents stand here: click again for the next`)] : [];
}

function valueText(value: number, unit: string): string {
  return Number.isInteger(value) && unit.endsWith("s")
    ? count(value, unit.slice(0, -1), unit)
    : `${short(value)} ${unit}`;
}
