/** The column of panels: whether it is shown, which sections lie open, and the frame each has in common. */

import { Observable, type Unsubscribe } from "../../observable";
import type { Parameters } from "../../url";
import { el, icon, iconButton, setAttributes } from "../parts/dom";
import { recall, remember } from "../parts/memory";

export type PanelName = "agent" | "training" | "populations" | "exchange" | "fame" | "overlay" | "map" | "feed";

/** wide: the column stands beside the world; tall: it lies below; low: it stands beside, and only when asked for. */
export type WindowShape = "wide" | "tall" | "low";

interface DeskState {
  /** Sections that lie open. */
  open: readonly PanelName[];
  /** Whether the column is seen. */
  shown: boolean;
  shape: WindowShape;
  /** Whether the page is a presentation: of the sections only the populations are seen. */
  presenting: boolean;
}

const SECTIONS = "embyr.sections";
const COLUMN = "embyr.column";
const ALL: readonly PanelName[] = ["agent", "training", "populations", "exchange", "fame", "overlay", "map", "feed"];
const PASSING: PanelName = "agent";
const PRESENTED: PanelName = "populations";
const LOW = "(max-height: 500px)";
const TALL = "(max-width: 820px)";

/** What lies open is remembered from visit to visit, and for each shape of window whether the column is seen. */
export class Desk {
  readonly state: Observable<DeskState>;
  private readonly sections = new Map<PanelName, HTMLElement>();
  /** What the moment asks for, until it has passed or a person says otherwise: an agent is selected, or one plays. */
  private asked: boolean | null = null;

  /** Whether it is a presentation that does not end. */
  private readonly beside: boolean;

  /** The section that a link asks for. */
  private readonly asks: PanelName | null;

  constructor({ present, beside, panel }: Pick<Parameters, "present" | "beside" | "panel">) {
    this.beside = beside;
    this.asks = panel;
    const queries = [matchMedia(LOW), matchMedia(TALL)];
    const shape = (): WindowShape => (queries[0].matches ? "low" : queries[1].matches ? "tall" : "wide");
    this.state = new Observable<DeskState>({
      open: openSections(),
      shown: columnShown(shape()),
      shape: shape(),
      presenting: present || beside,
    });
    document.documentElement.toggleAttribute("data-beside", beside);
    for (const query of queries)
      query.addEventListener("change", () => {
        this.state.set({ shape: shape(), shown: this.asked ?? columnShown(shape()) });
      });
    this.state.watch(
      (state) => state,
      (state) => {
        const root = document.documentElement;
        root.dataset.shape = state.shape;
        root.dataset.column = state.shown ? "shown" : "hidden";
        root.toggleAttribute("data-presenting", state.presenting);
      },
    );
  }

  /** Whether a section is seen, so that what it shows must be kept up to date. */
  isOpen(name: PanelName): boolean {
    const { open, shown, presenting } = this.state.get();
    if (presenting) return name === PRESENTED;
    return shown && open.includes(name) && !this.sections.get(name)?.hidden;
  }

  /** Opens or closes a section; what is opened is brought into sight. */
  setOpen(name: PanelName, open: boolean): void {
    const { open: before, shown } = this.state.get();
    const others = before.filter((other) => other !== name);
    this.state.set({ open: open ? [...others, name] : others, shown: shown || open });
    remember(SECTIONS, this.state.get().open);
    if (open) this.sections.get(name)?.scrollIntoView({ block: "nearest" });
  }

  /** Where a link has led to a section, brings it to the top of the column as soon as it has something to show. */
  comeTo(name: PanelName, watch: (seen: (filled: boolean) => void) => Unsubscribe): void {
    if (this.asks !== name) return;
    const leave = watch((filled) => {
      if (!filled) return;
      this.sections.get(name)?.scrollIntoView({ block: "start" });
      queueMicrotask(() => leave());
    });
  }

  /** As `setOpen`; where the window has no room for a column besides the world, closing hides the column. */
  toggle(name: PanelName): void {
    if (this.sections.get(name)?.hidden) return; // there is no such thing in this world
    if (!this.isOpen(name)) this.setOpen(name, true);
    else if (this.state.get().shape === "low") this.show(false);
    else this.setOpen(name, false);
  }

  /** Shows or hides the column, as a person wishes; remembered for windows of this shape. */
  show(shown: boolean): void {
    this.asked = null;
    this.state.set({ shown });
    remember(`${COLUMN}.${this.state.get().shape}`, shown);
  }

  /** Shows or hides the column for a while; null ends that. */
  ask(shown: boolean | null): void {
    if (shown === this.asked) return;
    this.asked = shown;
    this.state.set({ shown: shown ?? columnShown(this.state.get().shape) });
  }

  /** Begins or ends the presentation. */
  present(presenting: boolean): void {
    this.state.set({ presenting: presenting || this.beside });
  }

  /** Shows the section of the selected agent, at the top of the column, or takes it away again. */
  showAgent(seen: boolean): void {
    const section = this.sections.get(PASSING);
    if (!section) return;
    section.hidden = !seen;
    this.ask(seen || null);
    if (seen) section.scrollIntoView({ block: "start" });
  }

  /** Makes a section of the column. */
  panel(spec: PanelSpec): HTMLElement {
    const { name, title, body, opened = () => {} } = spec;
    const content = el("div", { class: "panel-body", id: `body-${name}` }, ...body);
    const opener = el(
      "button",
      { type: "button", class: "disclosure", id: `title-${name}`, "aria-controls": content.id },
      icon("open"),
      title,
    );
    opener.addEventListener("click", () => this.setOpen(name, !this.state.get().open.includes(name)));
    const tools = el("span", { class: "panel-tools" }, ...(spec.tools ?? []));
    if (spec.close) tools.append(iconButton("close", `Close: ${title.toLowerCase()}`, spec.close));
    const panel = el(
      "section",
      { id: `panel-${name}`, class: "panel", "aria-labelledby": opener.id },
      el("header", { class: "panel-head" }, el("h2", {}, opener), tools),
      content,
    );
    panel.hidden = name === PASSING; // it comes with the selected agent
    this.sections.set(name, panel);
    this.state.watch(
      ({ open, shown, presenting }) => [open.includes(name), shown, presenting].join(),
      () => {
        const { open, presenting } = this.state.get();
        const lies = open.includes(name) || (presenting && name === PRESENTED);
        setAttributes(opener, { "aria-expanded": String(lies) });
        content.hidden = !lies;
        if (this.isOpen(name)) opened();
      },
    );
    return panel;
  }
}

export interface PanelSpec {
  name: PanelName;
  title: string;
  body: Node[];
  /** Buttons of its head. */
  tools?: Node[];
  /** Called whenever it comes into sight, to bring what it shows up to date. */
  opened?: () => void;
  /** Makes a button of its head that does this; sections that are always there have none. */
  close?: () => void;
}

function openSections(): readonly PanelName[] {
  const names = recall(SECTIONS);
  return Array.isArray(names) ? ALL.filter((name) => names.includes(name)) : ALL;
}

function columnShown(shape: WindowShape): boolean {
  const shown = recall(`${COLUMN}.${shape}`);
  return typeof shown === "boolean" ? shown : shape !== "low";
}
