/** The panels of the page. */

import "../style/index.css";
import type { App } from "../app";
import { standBeside } from "../beside";
import { watchIdleness } from "../director/idle";
import { createAfterPlay } from "./afterplay";
import { createAgentPanel } from "./agent";
import { bindingFor, DIRECT, keyName } from "./bindings";
import { createCaption } from "./caption";
import { createCommands, type Desktop } from "./commands";
import { Desk } from "./desk";
import { createDock } from "./dock";
import { el } from "./dom";
import { createFeed } from "./feed/feed";
import { createGraphicsNotice } from "./graphics";
import { createHelp } from "./help";
import { createJoin } from "./join";
import { listenToKeys } from "./keyboard";
import { createMinimap } from "./minimap";
import { connectionNotice, firstPicture, Notices } from "./notices";
import { createOverlays } from "./overlays";
import { askForThePast } from "./past/asking";
import { createPlayer } from "./player";
import { createPopulations } from "./populations";
import { createPresenting } from "./presenting";
import { createSearch } from "./search";
import { createSettings } from "./settings";
import { createTooltip } from "./tooltip";
import { createTopbar } from "./topbar";
import { createTraining } from "./training";
import { createTransport } from "./transport";

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
    (welcomed) => root.toggleAttribute("data-welcomed", welcomed),
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
