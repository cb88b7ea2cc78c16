/** After the agent one played is dead or handed back: what happened, and what one may do now. */

import type { App } from "../../app";
import { agentName } from "../../names";
import { el, setText, textButton } from "../parts/dom";

export function createAfterPlay({ store, actions }: App): HTMLElement {
  const told = el("p", { class: "after-told", role: "status" });
  const again = textButton("Play again", () => actions.join(store.get().play.over?.population ?? null), "primary");
  const another = textButton("Another agent", () => {});
  const watch = textButton("Watch", () => actions.watchAgain());
  [again.id, another.id, watch.id] = ["play-again", "play-another", "play-watch"];
  another.setAttribute("popovertarget", "join-popover");
  const element = el(
    "section",
    { id: "after-play", class: "play after", "aria-label": "After playing" },
    told,
    el("div", { class: "play-end" }, again, another, watch),
  );
  store.watch(
    (state) => state.play.over,
    (over) => {
      element.hidden = over === null;
      if (over) setText(told, `You no longer play ${agentName(over.id)}: ${over.reason}.`);
    },
  );
  return element;
}
