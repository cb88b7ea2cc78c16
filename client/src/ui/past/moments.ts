/** The jumps of a replay: to the next death or kill, and to the one before. */

import type { Moment } from "../../protocol";
import { keyOf } from "../commands/bindings";
import type { Commands } from "../commands/commands";
import { el, iconButton, nameButton, setText } from "../parts/dom";
import { capital } from "../parts/format";

const KEYS: Record<Moment, readonly [before: string, next: string]> = {
  kill: ["Kill before", "Next kill of a replay"],
  death: ["Death before", "Next death of a replay"],
};

export function createMoments(commands: Commands): HTMLElement {
  let what: Moment = "kill";
  const before = iconButton("left", "", () => commands.find(what, false));
  const next = iconButton("right", "", () => commands.find(what));
  const choice = el("button", { type: "button", class: "speed", id: "moment" });
  [before.id, next.id] = ["moment-before", "moment-next"];
  const name = () => {
    const [earlier, later] = KEYS[what];
    nameButton(before, `The ${what} before`, keyOf(earlier));
    nameButton(next, `The next ${what}`, keyOf(later));
    setText(choice, capital(what));
    nameButton(choice, `${capital(what)}: go through ${what === "kill" ? "deaths" : "kills"} instead`);
  };
  choice.addEventListener("click", () => {
    what = what === "kill" ? "death" : "kill";
    name();
  });
  name();
  return el("span", { class: "speeds", role: "group", "aria-label": "Moments", hidden: true }, before, choice, next);
}
