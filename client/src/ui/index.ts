/** The panels of the page. */

import "../style/index.css";
import type { App } from "../app";
import { standBeside } from "../beside";
import { watchIdleness } from "../director/idle";
import { createAgentPanel } from "./agent/agent";
import { bindingFor, DIRECT, keyName } from "./commands/bindings";
import { createCommands, type Desktop } from "./commands/commands";
import { createHelp } from "./commands/help";
import { listenToKeys } from "./commands/keyboard";
import { createExchange } from "./exchange/exchange";
import { createFame } from "./fame/fame";
import { createFeed } from "./feed/feed";
import { createMinimap } from "./map/minimap";
import { createOverlays } from "./overlay/overlays";
import { createCaption } from "./page/caption";
import { Desk } from "./page/desk";
import { createDock } from "./page/dock";
import { createGraphicsNotice } from "./page/graphics";
import { connectionNotice, firstPicture, Notices } from "./page/notices";
import { createPresenting } from "./page/presenting";
import { createSettings } from "./page/settings";
import { createTooltip } from "./page/tooltip";
import { createTopbar } from "./page/topbar";
import { el } from "./parts/dom";
import { askForThePast } from "./past/asking";
import { createAfterPlay } from "./play/afterplay";
import { createJoin } from "./play/join";
import { createPlayer } from "./play/player";
import { createPopulations } from "./populations/populations";
import { createSearch } from "./search/search";
import { createTransport } from "./time/transport";
import { createTraining } from "./training";

/** Builds all panels into `root`; the world is drawn on `canvas`. */
export function mountUi(app: App, root: HTMLElement, canvas: HTMLCanvasElement): void {
  const desk = new Desk(app.url);
  const notices = new Notices();
  const help = createHelp();
  const search = createSearch(app);
  const desktop: Desktop = { desk, notices, focusSearch: search.focus, toggleHelp: help.toggle };
  const commands = createCommands(app, desktop);
  const player = createPlayer(app, notices);

  root.classList.add("ui");
  root.append(
    createTopbar(app, search.element),
    createDock(app, desk, commands),
    createPresenting(app, desk),
    el(
      "aside",
      { id: "column", class: "column", "aria-label": "Panels" },
      createAgentPanel(app, desk, commands),
      createTraining(app, desk),
      createPopulations(app, desk),
      createExchange(app, desk, commands),
      createFame(app, desk, commands),
      createOverlays(app, desk),
      createMinimap(app, desk),
      createFeed(app, desk),
    ),
    el("div", { class: "bottom" }, createAfterPlay(app), player.element, createTransport(app, commands)),
    notices.element,
    firstPicture(app),
    connectionNotice(app.store),
    createGraphicsNotice(app.store, canvas),
    createCaption(app),
    createTooltip(app),
    createSettings(app),
    createJoin(app),
    help.element,
  );
  app.store.watch(
    (state) => state.welcome !== null,
    (welcomed) => {
      root.toggleAttribute("data-welcomed", welcomed);
      if (welcomed && app.url.panel) desk.setOpen(app.url.panel, true);
    },
  );
  askForThePast(app);
  listenToKeys(commands, app.scene, player.keys);
  if (app.url.beside) standBeside({ store: app.store, commands });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  watchIdleness(app, app.url.director !== false && !calm, (event) => togglesDirector(event, root));
  tellRefusals(app, notices);
  leaveFocusToTheWorld(root);
}

/** The button and the key of the director hand the camera over and back by themselves. */
function togglesDirector(event: Event, root: HTMLElement): boolean {
  if (event instanceof KeyboardEvent) return bindingFor(keyName(event))?.does === DIRECT;
  return event.target instanceof Element && root.querySelector("#director")?.contains(event.target) === true;
}

function tellRefusals({ store }: App, notices: Notices): void {
  store.watch(
    (state) => state.refusal,
    (refusal) => {
      if (refusal) notices.say(refusal.message, 5000);
    },
  );
}

/** After a click with the pointer the keys belong to the world again: Space pauses, and does not click once more. */
function leaveFocusToTheWorld(root: HTMLElement): void {
  root.addEventListener("click", ({ detail, target }) => {
    const control = target instanceof Element ? target.closest<HTMLElement>("button, input[type=range]") : null;
    if (detail > 0 && control && control === document.activeElement) control.blur();
  });
}
