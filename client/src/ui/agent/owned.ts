/** What an agent has learned, carries and offers, out of what it knows of itself alone. */

import type { OpenOrder, OwnFeature } from "../../society";
import { el, setAttributes, setText } from "../parts/dom";
import { capital, count, whole } from "../parts/format";
import { goodIcon, goodName } from "../parts/goods";

/** The arrays that have a part of their own in the panel, and what a feature of each is called there. */
const ARRANGED: Record<string, RegExp> = {
  level: /_level$/,
  progress: /_progress$/,
  gifts: /_gift$/,
  pack: /$/,
  gold: /$/,
  orders_by_kind: /^orders_/,
  prices_near: /$/,
};

/** One number that an agent knows of itself. */
export interface Own extends OwnFeature {
  value: number;
}

/** The numbers of an agent by array, each with its name less what all of that array share; and all others. */
export function arranged(
  features: readonly OwnFeature[],
  values: readonly number[],
): { by: Record<string, Record<string, number>>; others: Own[] } {
  const by: Record<string, Record<string, number>> = {};
  const others: Own[] = [];
  features.forEach((feature, i) => {
    const shared = ARRANGED[feature.array];
    if (!shared) {
      others.push({ ...feature, value: values[i] });
      return;
    }
    by[feature.array] ??= {};
    by[feature.array][feature.name.replace(shared, "")] = values[i];
  });
  return { by, others };
}

/** Levels of skills, with how far it is to the next, and what its body is gifted for. */
export function createSkills(): {
  element: HTMLElement;
  show(level: Record<string, number>, progress: Record<string, number>, gifts: Record<string, number>): void;
} {
  const element = el("div", { class: "skills" });
  let cells: Record<string, { level: HTMLElement; meter: HTMLElement; cell: HTMLElement }> = {};
  const build = (names: readonly string[]) => {
    cells = Object.fromEntries(
      names.map((name) => {
        const level = el("span", { class: "number" });
        const meter = el(
          "div",
          { class: "meter", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100 },
          el("span", { class: "meter-fill" }),
        );
        meter.setAttribute("aria-label", `${capital(name)}: to the next level`);
        const head = el("div", { class: "skill-head" }, el("span", { class: "skill-name" }, capital(name)), level);
        return [name, { level, meter, cell: el("div", { class: "skill", "data-skill": name }, head, meter) }];
      }),
    );
    element.replaceChildren(...Object.values(cells).map(({ cell }) => cell));
  };
  return {
    element,
    show(level, progress, gifts) {
      const names = Object.keys(level);
      if (names.join() !== Object.keys(cells).join()) build(names);
      const most = Math.max(...Object.values(gifts));
      const alike = Object.values(gifts).every((gift) => gift === most);
      for (const name of names) {
        const { level: number, meter, cell } = cells[name];
        const share = progress[name] ?? 0;
        setText(number, whole(level[name]));
        meter.style.setProperty("--level", String(share / 100));
        setAttributes(meter, { "aria-valuenow": share });
        const talent = gifts[name];
        cell.classList.toggle("gifted", !alike && talent === most);
        const gifted = talent === undefined ? "" : `, gift ${whole(talent)} %`;
        setAttributes(cell, { title: `${capital(name)}: level ${level[name]}, ${share} % to the next${gifted}` });
      }
    },
  };
}

/** What it carries: a picture of each kind with how many there are, gold first. */
export function createPack(): {
  element: HTMLElement;
  show(pack: Record<string, number>, gold: number | undefined): void;
} {
  const element = el("ul", { class: "pack" });
  let shown = "";
  return {
    element,
    show(pack, gold) {
      const things = Object.entries(pack).filter(([, amount]) => amount > 0);
      const key = JSON.stringify([gold, things]);
      if (key === shown) return;
      shown = key;
      const purse = gold === undefined ? [] : [thing("gold", gold)];
      const nothing = things.length === 0 ? [el("li", { class: "faint" }, "no items")] : [];
      element.replaceChildren(...purse, ...things.map(([kind, amount]) => thing(kind, amount)), ...nothing);
    },
  };
}

/** A picture of a kind and a number. */
export function thing(kind: string, amount: number, note = ""): HTMLElement {
  const title = `${whole(amount)} ${goodName(kind)}${note}`;
  const number = el("span", { class: "number", "aria-hidden": "true" }, whole(amount));
  return el(
    "li",
    { class: "thing", "data-kind": kind, title },
    goodIcon(kind),
    number,
    el("span", { class: "unseen" }, title),
  );
}

/** Its open orders, the oldest first. */
export function createOrders(): {
  element: HTMLElement;
  show(orders: readonly OpenOrder[], tick: number): void;
} {
  const element = el("ol", { class: "orders" });
  let shown = "";
  return {
    element,
    show(orders, tick) {
      const key = JSON.stringify([orders, orders.length && tick]);
      if (key === shown) return;
      shown = key;
      element.replaceChildren(
        ...orders.map(({ side, kind, price, since }) =>
          el(
            "li",
            { class: `order ${side}`, "data-kind": kind },
            el("span", { class: "side" }, side),
            goodIcon(kind),
            el("span", { class: "order-kind" }, goodName(kind)),
            el("span", { class: "number" }, `${whole(price)} gold`),
            el("span", { class: "faint", title: `since tick ${whole(since)}` }, count(tick - since, "tick")),
          ),
        ),
        ...(orders.length === 0 ? [el("li", { class: "faint" }, "none")] : []),
      );
    },
  };
}
