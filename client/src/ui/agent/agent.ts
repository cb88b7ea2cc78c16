/** The panel of the selected agent: who it is, how it fares, what it sees, what it may do. */

import type { App } from "../../app";
import type { AgentTable } from "../../frame";
import { mostHealthOf } from "../../health";
import { agentName, MOVES, populationName, STYLES, UNKNOWN } from "../../names";
import type { Source } from "../../protocol";
import type { LifeReport } from "../../society";
import type { Agent } from "../../world";
import { keyOf } from "../commands/bindings";
import type { Commands } from "../commands/commands";
import type { Desk } from "../page/desk";
import { el, emblem, iconButton, nameButton, nameParts, setAttributes, setText } from "../parts/dom";
import { count, whole } from "../parts/format";
import { paced } from "../parts/schedule";
import { agentsOf, inSight } from "../play/piloting";
import { ageRank } from "../populations/census";
import { createAttackMap } from "./attackmap";
import { createChoices, createRows } from "./choices";
import { createDecision } from "./decision";
import { createPerson } from "./person";
import { createSightMap } from "./sightmap";
import { createSystems } from "./systems";
import { createVitals, VitalTrace } from "./vitals";

const CHIPS = 14;
const HOW: Record<string, string> = { attack: "in a fight", lava: "in lava" };

export function createAgentPanel(app: App, desk: Desk, commands: Commands): HTMLElement {
  const { store, actions, world } = app;
  const follow = iconButton("follow", "Follow", commands.toggleFollow, "F");
  const link = iconButton("link", "Copy a link to this agent", () => void commands.copyLink(), "Y");
  const play = iconButton("hand", "Play as this agent", () => actions.join(null, store.get().selected));
  const name = el("p", { class: "agent-name", id: "agent-name" });
  const status = el("p", { class: "agent-status faint", id: "agent-status" });
  const facts = el("dl", { class: "facts" });
  const vitals = createVitals();
  const trace = new VitalTrace();
  const sight = createSightMap((id) => actions.select(id));
  const chips = el("div", { class: "chips" });
  const decision = createDecision();
  const attacks = createAttackMap();
  const seen = section("It sees", sight.element, chips);
  const choices = createChoices();
  const rows = createRows();
  const knows = section("It knows of", rows.element);
  const thinks = section("It decides next", decision.element, choices.element);
  const strikes = section("It attacks next", attacks.element);
  const systems = createSystems();
  const person = createPerson(app);
  const alive = [vitals.element, trace.element, facts, systems.element, seen, knows, thinks, strikes];
  const [first, then] = [alive.slice(0, 3), alive.slice(3)];
  const body = [
    el("div", { class: "agent-head" }, name, status),
    ...first,
    ...person.owned,
    ...person.lasting,
    ...then,
  ];
  let end = "";
  let seenAt = -1; // the last tick it was seen alive at

  const close = () => actions.select(null);
  const panel = desk.panel({
    name: "agent",
    title: "Agent",
    tools: [link, play, follow],
    body,
    opened: () => refresh(),
    close,
  });

  const show = () => {
    const { selected, welcome, tick, life } = store.get();
    const report = store.get().report?.alive ? store.get().report : null; // of the dead the server says nothing more
    if (selected === null || !welcome || !world.frame || !desk.isOpen("agent")) return;
    const agent = world.agent(selected);
    for (const part of alive) part.hidden = agent === null;
    panel.classList.toggle("gone", agent === null);
    const others = person.show(agent ? report : null);
    person.tell(life);
    const { play: able, fair } = welcome.abilities;
    play.hidden = !able || fair || agent === null || store.get().play.status !== "watching";
    if (!agent) {
      if (!name.textContent) setText(name, agentName(selected));
      setText(
        status,
        end ||
          endOf(life) ||
          (seenAt < 0 ? "Nobody alive has this number." : `Last seen alive at tick ${whole(seenAt)}.`),
      );
      return;
    }
    const { source } = welcome;
    const health = mostHealthOf(world.frame.agents, world.declared, source)(world.rowOf(selected));
    showName(name, agent);
    setText(status, doing(agent));
    vitals.show(agent, source.vitals, health);
    trace.note(agent, tick);
    trace.draw(source.vitals, health);
    showFacts(facts, agent, source, world.frame.agents);
    systems.show(world.declared.columns, others, world.frame.agents, world.rowOf(selected), fair === true);
    const inView = report?.seen.filter((id) => id !== agent.id && world.rowOf(id) >= 0) ?? around(app, agent, source);
    sight.draw(world, agent, source, new Set(inView));
    showChips(chips, inView, app);
    thinks.hidden = !report || (report.move === null && report.style === null && report.value === null);
    if (report) {
      decision.show(report);
      choices.show(report.choices ?? [], report.rows ?? []);
    }
    knows.hidden = !report?.rows?.length;
    rows.show(report?.rows ?? []);
    strikes.hidden = !report?.attacks;
    const { melee, range, mage } = source.reach;
    if (report?.attacks) attacks.show(report.attacks, [melee, range, mage]);
  };
  const refresh = paced(show, 100);

  world.onFrame((frame) => {
    const { selected } = store.get();
    const death = selected === null ? null : world.deathOf(selected);
    if (death) end = obituary(death.tick, death.age, world.declared.causes[death.cause]);
    if (world.rowOf(selected) >= 0) [end, seenAt] = ["", frame.tick];
    refresh();
  });
  /** Where there is no room for both, whoever plays sees the world. */
  const makeRoom = () => {
    const { selected, play: seat } = store.get();
    const played = desk.state.get().shape !== "wide" && selected !== null && selected === seat.id;
    desk.showAgent(selected !== null && !played);
    if (played) desk.ask(false);
  };
  store.watch(
    (state) => state.selected,
    () => {
      [end, seenAt] = ["", -1];
      name.replaceChildren();
      makeRoom();
      refresh();
    },
  );
  desk.state.watch(({ shape }) => shape, makeRoom);
  store.watch((state) => state.report, refresh);
  store.watch((state) => state.life, refresh);
  store.watch(
    (state) => state.trace,
    (told) => {
      if (told) trace.fill(told);
      refresh();
    },
  );
  store.watch((state) => state.play, refresh);
  store.watch(
    (state) => state.camera,
    (camera) => {
      setAttributes(follow, { "aria-pressed": String(camera === "follow") });
      nameButton(
        follow,
        camera === "follow" ? "Stop following" : "Follow",
        keyOf("Follow the selected agent, or stop"),
      );
    },
  );
  return panel;
}

function section(title: string, ...content: Node[]): HTMLElement {
  return el("section", { class: "part" }, el("h3", {}, title), ...content);
}

function showName(name: HTMLElement, agent: Agent): void {
  const text = agentName(agent.id);
  if (name.dataset.shown === text && name.childElementCount > 0) return;
  name.dataset.shown = text;
  name.replaceChildren(emblem(agent.population), nameParts(text, ""));
}

/** What it did in the tick that has passed, and whether it can do anything in the next, in words. */
export function doing(agent: Agent): string {
  const parts: string[] = [];
  if (agent.move !== UNKNOWN) parts.push(agent.move === 0 ? "stayed" : `went ${MOVES[agent.move]}`);
  if (agent.style !== UNKNOWN) parts.push(`style ${STYLES[agent.style]}`);
  if (agent.damage > 0) parts.push(`lost ${agent.damage} health to attacks`);
  const deeds = parts.length > 0 ? `Last tick: ${parts.join(", ")}.` : "Just born.";
  return agent.freeze > 0 ? `${deeds} Frozen for ${count(agent.freeze, "tick")}.` : deeds;
}

/** How it ended. */
export function obituary(tick: number, age: number, cause: string | undefined): string {
  const how = cause === undefined ? "" : ` ${HOW[cause] ?? `of ${cause.replaceAll("_", " ")}`}`;
  return `Died${how} at tick ${whole(tick)}, aged ${whole(age)}.`;
}

/** The same of a life that ended before the page saw it. */
function endOf(life: LifeReport | null): string {
  return life?.known && life.died !== null ? obituary(life.died, life.age, life.cause ?? undefined) : "";
}

function showFacts(list: HTMLElement, agent: Agent, source: Source, agents: AgentTable): void {
  const facts: [string, string][] = [
    ["Age", count(agent.age, "tick")],
    ["Lifetime rank", place(ageRank(agents, agent.age))],
    ["In its population", place(ageRank(agents, agent.age, agent.population))],
    ["Population", populationName(source, agent.population)],
    ["Place", `row ${agent.row}, column ${agent.col}`],
  ];
  const children = facts.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]);
  if (list.childElementCount !== children.length) list.replaceChildren(...children);
  else children.forEach((child, i) => void setText(list.children[i] as HTMLElement, child.textContent ?? ""));
}

function place([rank, of]: [number, number]): string {
  return `${whole(rank)} of ${whole(of)}`;
}

function around({ world }: App, agent: Agent, source: Source): number[] {
  return world.frame ? inSight(agent, agentsOf(world.frame.agents), source.sight).map(({ id }) => id) : [];
}

/** The agents it sees as buttons; kept while they are the same, so that they can be clicked. */
function showChips(chips: HTMLElement, ids: readonly number[], { world, actions, store }: App): void {
  const shown = ids.slice(0, CHIPS);
  const key = `${shown.join()} ${ids.length}`;
  if (chips.dataset.shown === key) return;
  chips.dataset.shown = key;
  const buttons = shown.map((id) => {
    const population = world.frame?.agents.population[world.rowOf(id)] ?? 0;
    const chip = el("button", { type: "button", class: "chip" }, emblem(population), agentName(id));
    chip.title = populationName(store.get().welcome?.source, population);
    chip.addEventListener("click", () => actions.select(id));
    return chip;
  });
  const more =
    ids.length > shown.length ? [el("span", { class: "faint" }, `and ${ids.length - shown.length} more`)] : [];
  chips.replaceChildren(...(ids.length > 0 ? buttons : [el("span", { class: "faint" }, "nobody else")]), ...more);
}
