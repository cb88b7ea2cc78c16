/** The pace in hand: pause, step, and speed. */

import type { Store } from "../../store";
import { keyOf } from "../commands/bindings";
import type { Commands } from "../commands/commands";
import { SPEEDS } from "../commands/speeds";
import { el, iconButton, nameButton, setAttributes, setIcon, setText } from "../parts/dom";
import { times } from "../parts/format";

/** The buttons, which are hidden from those who may not change the pace. */
export function createPace(store: Store, commands: Commands) {
  const play = iconButton("pause", "Pause", commands.togglePause);
  const step = iconButton("step", "One tick ahead", commands.stepForward, keyOf("One tick ahead"));
  const slower = iconButton("slower", "Slower", commands.slower, keyOf("Slower"));
  const faster = iconButton("faster", "Faster", commands.faster, keyOf("Faster"));
  const speed = el("button", { type: "button", class: "speed" }, "1×");
  speed.addEventListener("click", commands.normalSpeed);
  play.classList.add("primary");
  for (const [id, button] of Object.entries({ play, step, slower, speed, faster })) button.id = id;
  const speeds = el("span", { class: "speeds", role: "group", "aria-label": "Speed" }, slower, speed, faster);

  store.watch(
    (state) => state.welcome?.abilities.control ?? false,
    (able) => {
      for (const button of [play, step, speeds]) button.hidden = !able;
    },
  );
  store.watch(
    (state) => state.server,
    (server) => {
      if (!server) return;
      setIcon(play, server.paused ? "play" : "pause");
      nameButton(play, server.paused ? "Go on" : "Pause", "Space");
      setAttributes(play, { "aria-pressed": String(server.paused) });
      setText(speed, times(server.speed));
      nameButton(speed, `Speed ${times(server.speed)}: back to normal`, keyOf("Normal speed"));
      slower.disabled = server.speed <= SPEEDS[0];
      faster.disabled = server.speed >= SPEEDS[SPEEDS.length - 1];
    },
  );
  return { play, step, speeds };
}
