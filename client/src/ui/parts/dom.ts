/** Elements in one line each. */

import { EMBLEM_REACH, emblemOf } from "../../emblems";
import { populationColour } from "../../palette";
import { type IconName, PATHS } from "./icons";

type Attributes = Record<string, string | number | boolean | null>;
type Child = Node | string | null;

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element. An attribute that is true is set empty; one that is false or null is left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** The same for SVG. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Sets the text only where it differs: an unchanged page costs no layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function icon(name: IconName): SVGSVGElement {
  const drawing = svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" });
  for (const d of PATHS[name]) drawing.append(svg("path", { d }));
  return drawing;
}

/** A button with a picture; `label` is what it is called, `key` what key does the same. */
export function iconButton(name: IconName, label: string, press: () => void, key = ""): HTMLButtonElement {
  const button = el("button", { type: "button", class: "icon-button" }, icon(name));
  nameButton(button, label, key);
  button.addEventListener("click", press);
  return button;
}

export function nameButton(button: HTMLElement, label: string, key = ""): void {
  setAttributes(button, { "aria-label": label, title: key ? `${label} (${key})` : label });
}

export function setIcon(button: HTMLButtonElement, name: IconName): void {
  if (button.dataset.icon === name) return;
  button.dataset.icon = name;
  button.replaceChildren(icon(name));
}

export function textButton(label: string, press: () => void, kind = "quiet"): HTMLButtonElement {
  const button = el("button", { type: "button", class: `button ${kind}` }, label);
  button.addEventListener("click", press);
  return button;
}

/** The emblem of a population in its colour. */
export function emblem(population: number): SVGSVGElement {
  const square = [-EMBLEM_REACH, -EMBLEM_REACH, 2 * EMBLEM_REACH, 2 * EMBLEM_REACH].join(" ");
  const drawing = svg("svg", { viewBox: square, class: "emblem", "aria-hidden": "true" });
  drawing.append(svg("path", { d: emblemOf(population), "fill-rule": "evenodd" }));
  drawing.style.setProperty("--colour", populationColour(population));
  return drawing;
}

/** A name whose end, a number, stays to be read where the rest is cut off: "Population 0", "Mira #97". */
export function nameParts(name: string, kind: string): HTMLSpanElement {
  const [, words, number] = /^(.*?)(\s#?\d+)?$/.exec(name) ?? ["", name, ""];
  return el(
    "span",
    { class: `name ${kind}`, title: name },
    el("span", { class: "name-words" }, words),
    number ? el("span", { class: "name-number" }, number) : null,
  );
}
