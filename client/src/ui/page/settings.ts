/** How the page looks: theme, labels, quality. */

import type { App } from "../../app";
import type { AppState } from "../../store";
import { keyOf } from "../commands/bindings";
import { el } from "../parts/dom";
import { capital } from "../parts/format";
import { recall, remember } from "../parts/memory";

const THEME = "embyr.theme";
const QUALITIES: readonly AppState["quality"][] = ["auto", "low", "medium", "high"];

/** A popover; the button that opens it names it by its id. */
export function createSettings({ store, actions, url }: App): HTMLElement {
  const theme = select("Theme", ["dark", "light"], (value) => actions.setTheme(value as AppState["theme"]));
  const quality = select("Picture", QUALITIES, (value) => actions.setQuality(value as AppState["quality"]));
  const labels = el("input", { type: "checkbox", id: "set-labels" });
  labels.addEventListener("change", () => actions.setLabels(labels.checked));
  const remembered = url.theme === null ? rememberedTheme() : null;
  if (remembered) actions.setTheme(remembered);
  let chosen = false;
  store.watch(
    (state) => state.theme,
    (value) => {
      theme.input.value = value;
      if (chosen) remember(THEME, value); // a choice is remembered, not what the system prefers
    },
  );
  chosen = true;
  store.watch(
    (state) => state.quality,
    (value) => {
      quality.input.value = value;
    },
  );
  store.watch(
    (state) => state.labels,
    (value) => {
      labels.checked = value;
    },
  );
  const hint = `Names and bars above agents (${keyOf("Names and bars above agents")})`;
  return el(
    "div",
    { id: "settings", class: "popover", popover: "auto", role: "dialog", "aria-label": "Settings" },
    el("h2", {}, "Settings"),
    theme.element,
    quality.element,
    el("label", { class: "check" }, labels, hint),
  );
}

function select(label: string, values: readonly string[], choose: (value: string) => void) {
  const input = el("select", { id: `set-${label.toLowerCase()}` });
  input.append(...values.map((value) => new Option(capital(value), value)));
  input.addEventListener("change", () => choose(input.value));
  return { input, element: el("label", { class: "field" }, el("span", {}, label), input) };
}

function rememberedTheme(): AppState["theme"] | null {
  const value = recall(THEME);
  return value === "dark" || value === "light" ? value : null;
}
