/** Which panels lie open, and the frame each has in common. */

import { Observable } from "../observable";
import { el, iconButton } from "./dom";

export type PanelName = "populations" | "overlay" | "map" | "feed" | "agent";

interface DeskState {
  open: readonly PanelName[];
  /** Too narrow for more than one panel. */
  narrow: boolean;
}

const REMEMBERED = "embyr.panels";
const FIRST_OPEN: readonly PanelName[] = ["populations", "overlay", "map", "feed"];
/** Not remembered: it comes and goes with the selected agent. */
const PASSING: PanelName = "agent";

/** The open panels; remembered from visit to visit, except on narrow pages, where one lies over the picture at most. */
export class Desk {
  readonly state: Observable<DeskState>;

  constructor() {
    const query = matchMedia("(max-width: 820px), (max-height: 500px)");
    this.state = new Observable<DeskState>({ open: query.matches ? [] : remembered(), narrow: query.matches });
    query.addEventListener("change", ({ matches: narrow }) =>
      this.state.set({ narrow, open: narrow ? [] : remembered() }),
    );
  }

  isOpen(name: PanelName): boolean {
    return this.state.get().open.includes(name);
  }

  setOpen(name: PanelName, open: boolean): void {
    const { open: before, narrow } = this.state.get();
    if (open === before.includes(name)) return;
    const others = narrow ? [] : before.filter((other) => other !== name);
    this.state.set({ open: open ? [...others, name] : others });
    if (!narrow) remember(this.state.get().open);
  }

  toggle(name: PanelName): void {
    this.setOpen(name, !this.isOpen(name));
  }

  /** Makes a panel that shows while it is open. */
  panel(spec: PanelSpec): HTMLElement {
    const { name, title, body, opened = () => {}, close = () => this.setOpen(name, false) } = spec;
    const heading = el("h2", { id: `title-${name}` }, title);
    const tools = el("span", { class: "panel-tools" }, ...(spec.tools ?? []));
    tools.append(iconButton("close", `Close: ${title.toLowerCase()}`, close));
    const panel = el(
      "section",
      { id: `panel-${name}`, class: "panel", "aria-labelledby": heading.id },
      el("header", { class: "panel-head" }, heading, tools),
      el("div", { class: "panel-body" }, ...body),
    );
    this.state.watch(
      ({ open }) => open.includes(name),
      (open) => {
        panel.hidden = !open;
        if (open) opened();
      },
    );
    return panel;
  }
}

export interface PanelSpec {
  name: PanelName;
  title: string;
  body: Node[];
  /** Buttons of its head, beside the one that closes it. */
  tools?: Node[];
  /** Called whenever it opens, to bring what it shows up to date. */
  opened?: () => void;
  /** What closing it does; by default it just closes. */
  close?: () => void;
}

function remembered(): readonly PanelName[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(REMEMBERED) ?? "null");
    if (Array.isArray(names)) return FIRST_OPEN.filter((name) => names.includes(name));
  } catch {
    // Storage may be forbidden or hold something else: the page then starts as it does for everyone.
  }
  return FIRST_OPEN;
}

function remember(open: readonly PanelName[]): void {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(open.filter((name) => name !== PASSING)));
  } catch {
    // Nothing is lost but the memory.
  }
}
