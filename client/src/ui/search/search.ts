/** The search field: an agent by its id or name. A combobox with a list below. */

import type { App } from "../../app";
import { keyOf } from "../commands/bindings";
import { el, emblem, icon, nameParts, setAttributes } from "../parts/dom";
import { type Found, findAgents } from "./searching";

export function createSearch({ store, actions, world, scene, sight }: App): { element: HTMLElement; focus(): void } {
  const list = el("ul", { id: "found", class: "found", role: "listbox", "aria-label": "Agents found", hidden: true });
  const field = el("input", {
    id: "search",
    type: "search",
    placeholder: "Find an agent",
    autocomplete: "off",
    spellcheck: "false",
    role: "combobox",
    "aria-label": "Find an agent by number or name",
    "aria-controls": list.id,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    title: `Find an agent (${keyOf("Search")})`,
  });
  let found: Found[] = [];
  let active = -1;

  const show = (open: boolean) => {
    list.hidden = !open;
    setAttributes(field, { "aria-expanded": String(open) });
  };
  const mark = (place: number) => {
    active = found.length === 0 ? -1 : (place + found.length) % found.length;
    [...list.children].forEach((item, i) => {
      setAttributes(item, { "aria-selected": String(i === active) });
    });
    setAttributes(field, { "aria-activedescendant": active < 0 ? null : `found-${active}` });
  };
  const refresh = () => {
    const agents = sight.agents();
    found = agents ? findAgents(field.value, agents, store.get().welcome?.source) : [];
    list.replaceChildren(...(found.length > 0 ? found.map(item) : [el("li", { class: "none" }, "Nobody alive fits.")]));
    show(true);
    mark(0);
  };
  const choose = (place: number) => {
    const chosen = found[place];
    if (!chosen) return;
    actions.select(chosen.id);
    const agent = world.agent(chosen.id);
    if (agent) scene.focus(agent.row, agent.col);
    field.value = "";
    show(false);
    field.blur();
  };
  const item = (agent: Found, place: number) => {
    const line = el(
      "li",
      { id: `found-${place}`, role: "option", "aria-selected": "false" },
      emblem(agent.population),
      nameParts(agent.name, "found-name"),
      el("small", {}, agent.note),
    );
    line.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field would lose the focus, and the list go, before the click
      choose(place);
    });
    return line;
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => mark(active + 1),
    ArrowUp: () => mark(active - 1),
    Enter: () => choose(active),
    Escape: () => {
      field.value = "";
      show(false);
      field.blur();
    },
  };
  field.addEventListener("input", refresh);
  field.addEventListener("focus", refresh);
  field.addEventListener("blur", () => show(false));
  field.addEventListener("keydown", (event) => {
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  const element = el("div", { class: "search", role: "search" }, icon("search"), field, list);
  return { element, focus: () => field.focus() };
}
