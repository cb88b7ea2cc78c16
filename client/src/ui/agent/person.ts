/** The parts of the panel of an agent that only worlds with skills, items or families have. */

import type { App } from "../../app";
import type { AgentReport } from "../../protocol";
import type { LifeReport } from "../../society";
import { el } from "../parts/dom";
import { createKin } from "./kin";
import { arranged, createOrders, createPack, createSkills, type Own } from "./owned";
import { createPath } from "./path";
import { createStory } from "./story";

export interface Person {
  /** Of the living. */
  owned: HTMLElement[];
  /** Of the dead, too. */
  lasting: HTMLElement[];
  /** Shows what the server tells of the living. @returns the numbers that no part of these has shown. */
  show(report: AgentReport | null): readonly Own[];
  /** Shows what the server tells of a life; null if it tells nothing. */
  tell(life: LifeReport | null): void;
}

export function createPerson({ store, actions, world }: App): Person {
  const choose = (id: number) => actions.select(id);
  const [skills, pack, orders] = [createSkills(), createPack(), createOrders()];
  const [kin, story, path] = [createKin(choose), createStory(choose), createPath()];
  const parts = {
    skills: part("Skills", skills.element),
    pack: part("Pack", pack.element),
    orders: part("Open orders", orders.element),
    kin: part("Family", kin.element),
    story: part("Its life so far", path.element, story.element),
  };
  for (const [name, element] of Object.entries(parts)) element.id = `agent-${name}`;
  return {
    owned: [parts.skills, parts.pack, parts.orders],
    lasting: [parts.kin, parts.story],
    show(report) {
      const features = store.get().welcome?.abilities.own ?? [];
      const values = report?.own;
      const { by, others } = values ? arranged(features, values) : { by: {}, others: [] };
      const { level, progress = {}, gifts = {}, pack: things, gold } = by;
      parts.skills.hidden = !level;
      if (level) skills.show(level, progress, gifts);
      parts.pack.hidden = !things && !gold;
      if (things || gold) pack.show(things ?? {}, gold?.gold);
      parts.orders.hidden = !report?.orders;
      if (report?.orders) orders.show(report.orders, report.tick);
      return others;
    },
    tell(life) {
      const known = life?.known ? life : null;
      parts.kin.hidden = (known?.family.length ?? 0) < 2;
      parts.story.hidden = !known;
      if (!known) return;
      kin.show(known.family);
      story.show(known);
      path.draw(world, known);
    },
  };
}

function part(title: string, ...content: Node[]): HTMLElement {
  return el("section", { class: "part" }, el("h3", {}, title), ...content);
}
