/** Time in hand: pause, step, speed, and the time bar of a replay. */

import type { App } from "../app";
import { keyOf } from "./bindings";
import type { Commands } from "./commands";
import { el, iconButton, nameButton, setAttributes, setIcon, setText } from "./dom";
import { times } from "./format";
import { createMoments } from "./past/moments";
import { createTimeline } from "./past/timeline";
import { SPEEDS } from "./speeds";

export function createTransport(app: App, commands: Commands): HTMLElement {
  const { store } = app;
  const back = iconButton("back", "One tick back", commands.stepBack, keyOf("One tick back, in a replay"));
  const play = iconButton("pause", "Pause", commands.togglePause);
  const step = iconButton("step", "One tick ahead", commands.stepForward, keyOf("One tick ahead"));
  const loop = iconButton("loop", "Repeat", commands.toggleLoop, keyOf("Repeat a replay"));
  const link = iconButton("link", "Copy a link to this moment", () => void commands.copyLink(), "Y");
  const slower = iconButton("slower", "Slower", commands.slower, keyOf("Slower"));
  const faster = iconButton("faster", "Faster", commands.faster, keyOf("Faster"));
  const speed = el("button", { type: "button", class: "speed", id: "speed" }, "1×");
  speed.addEventListener("click", commands.normalSpeed);
  play.classList.add("primary");
  [back, play, step, loop, link, slower, faster].forEach((button, i) => {
    button.id = ["back", "play", "step", "loop", "share", "slower", "faster"][i];
  });
  const speeds = el("span", { class: "speeds", role: "group", "aria-label": "Speed" }, slower, speed, faster);
  const moments = createMoments(commands);
  const buttons = el("div", { class: "transport-buttons" }, loop, back, play, step, moments, speeds, link);
  const bar = el("section", { class: "transport", "aria-label": "Time" }, createTimeline(app), buttons);

  store.watch(
    (state) => state.welcome?.abilities,
    (abilities) => {
      for (const button of [play, step, speeds]) button.hidden = !abilities?.control;
      for (const button of [back, loop]) button.hidden = !abilities?.seek;
      moments.hidden = !abilities?.seek || !abilities.history;
      bar.hidden = !abilities;
    },
  );
  store.watch(
    (state) => state.server,
    (server) => {
      if (!server) return;
      setIcon(play, server.paused ? "play" : "pause");
      nameButton(play, server.paused ? "Go on" : "Pause", "Space");
      setAttributes(play, { "aria-pressed": String(server.paused) });
      setAttributes(loop, { "aria-pressed": String(server.loop) });
      setText(speed, times(server.speed));
      nameButton(speed, `Speed ${times(server.speed)}: back to normal`, keyOf("Normal speed"));
      slower.disabled = server.speed <= SPEEDS[0];
      faster.disabled = server.speed >= SPEEDS[SPEEDS.length - 1];
    },
  );
  return bar;
}
