/** Taking part: the popover in which one chooses whom to play. */

import type { App } from "../../app";
import { populationName } from "../../names";
import { el, setText, textButton } from "../parts/dom";

const GUIDE = "Guide an agent yourself. Its policy rests until you leave, or it dies.";
const FAIR = "Guide the next agent that is born. You see what it sees, and nothing else.";

export function createJoin({ store, actions }: App): HTMLElement {
  const told = el("p", { class: "told" }, GUIDE);
  const population = el("select", { id: "join-population" });
  const selected = textButton("Play the selected agent", () => join(null, store.get().selected));
  selected.id = "join-selected";
  const any = textButton("Play", () => join(population.value === "" ? null : Number(population.value)), "primary");
  any.id = "join";
  const popover = el(
    "div",
    { id: "join-popover", class: "popover", popover: "auto", role: "dialog", "aria-label": "Play" },
    el("h2", {}, "Take part"),
    told,
    el("label", { class: "field" }, el("span", {}, "Population"), population),
    el("div", { class: "buttons" }, any, selected),
  );
  const join = (wanted: number | null, id: number | null = null) => {
    popover.hidePopover();
    actions.join(wanted, id);
  };
  store.watch(
    (state) => state.welcome,
    (welcome) => {
      const count = welcome?.source.populations ?? 0;
      const options = Array.from(
        { length: count },
        (_, p) => new Option(populationName(welcome?.source, p), String(p)),
      );
      population.replaceChildren(new Option("Any", ""), ...options);
    },
  );
  store.watch(
    (state) => (state.welcome?.abilities.fair ? null : state.selected),
    (id) => {
      selected.hidden = id === null;
      setText(selected, `Play agent ${id}`);
    },
  );
  store.watch(
    (state) => state.welcome?.abilities.fair ?? false,
    (fair) => setText(told, fair ? FAIR : GUIDE),
  );
  return popover;
}
