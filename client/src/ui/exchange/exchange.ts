/** The panel of the exchange: what each kind costs, what waits at which price, and how much was traded when. */

import type { App } from "../../app";
import type { ExchangeReport, KindReport } from "../../society";
import type { Commands } from "../commands/commands";
import type { Desk } from "../page/desk";
import { el, iconButton, setAttributes, setText, svg } from "../parts/dom";
import { capital, count, short, whole } from "../parts/format";
import { goodIcon, goodName } from "../parts/goods";
import { gathered, type Level, levels, meanPrices, quote, sum, traded } from "./book";

const BARS = 32; // of the volume of a kind

interface Row {
  element: HTMLElement;
  button: HTMLButtonElement;
  cells: Record<"bid" | "ask" | "last", HTMLElement>;
  volume: SVGSVGElement;
  detail: HTMLElement;
}

export function createExchange({ store, actions }: App, desk: Desk, commands: Commands): HTMLElement {
  const book = el("select", { id: "exchange-book", "aria-label": "Book of the exchange" });
  const which = el("label", { class: "field" }, el("span", {}, "Book of"), book);
  const note = el("p", { class: "faint", id: "exchange-note" });
  const head = el(
    "div",
    { class: "quote quote-head", "aria-hidden": "true" },
    ...["", "", "bid", "ask", "last", "traded"].map((name) => el("span", {}, name)),
  );
  const list = el("ul", { class: "quotes", "aria-label": "Kinds that are traded" });
  const rest = el("p", { class: "faint" });
  const opened = new Set<string>();
  const rows = new Map<string, Row>();
  book.addEventListener("change", () => actions.askExchange(Number(book.value)));

  const show = () => {
    const { exchange: report, welcome } = store.get();
    const prices = welcome?.abilities.exchange?.prices ?? [];
    if (!desk.isOpen("exchange")) return;
    setText(note, noteOf(report));
    for (const part of [head, list, rest]) part.hidden = !report;
    if (!report) return;
    const kinds = report.kinds.filter(traded);
    const others = report.kinds.length - kinds.length;
    setText(rest, others > 0 ? `${count(others, "kind")} that nobody has traded.` : "");
    const shown = kinds.map((kind) => {
      const row = rows.get(kind.kind) ?? rowOf(kind.kind);
      rows.set(kind.kind, row);
      fill(row, kind, report, prices, opened.has(kind.kind));
      return row.element;
    });
    if (shown.length !== list.childElementCount || shown.some((row, i) => row !== list.children[i]))
      list.replaceChildren(...shown);
  };
  const rowOf = (kind: string): Row => {
    const cell = (name: string) => el("span", { class: `number ${name}` });
    const cells = { bid: cell("bid"), ask: cell("ask"), last: cell("last") };
    const volume = svg("svg", { class: "volume", viewBox: `0 0 ${BARS} 16`, preserveAspectRatio: "none" });
    const name = el("span", { class: "quote-kind" }, capital(goodName(kind)));
    const detail = el("div", { class: "quote-detail", id: `quote-${kind}`, role: "group" });
    setAttributes(detail, { "aria-label": `Orders and prices of ${goodName(kind)}` });
    const button = el(
      "button",
      { type: "button", class: "quote", "aria-controls": detail.id },
      goodIcon(kind),
      name,
      ...Object.values(cells),
      volume,
    );
    button.addEventListener("click", () => {
      if (!opened.delete(kind)) opened.add(kind);
      show();
    });
    return { element: el("li", { "data-kind": kind }, button, detail), button, cells, volume, detail };
  };

  const ask = () => actions.askExchange(desk.isOpen("exchange") ? Number(book.value) || 0 : null);
  const link = iconButton("link", "Copy a link to the exchange", () => void commands.copyLink("exchange"));
  const panel = desk.panel({
    name: "exchange",
    title: "Exchange",
    tools: [link],
    body: [which, note, head, list, rest],
    opened: () => show(),
  });
  store.watch(
    (state) => state.welcome,
    (welcome) => {
      const offered = welcome?.abilities.exchange;
      panel.hidden = !offered;
      const books = offered?.books ?? 0;
      which.hidden = books < 2;
      if (books !== book.options.length)
        book.replaceChildren(...Array.from({ length: books }, (_, i) => new Option(`camp ${i + 1}`, String(i))));
      queueMicrotask(ask); // once the page has said again what it had asked for
    },
  );
  desk.state.watch(() => desk.isOpen("exchange"), ask);
  store.watch((state) => state.exchange, show);
  desk.comeTo("exchange", (seen) => store.watch((state) => state.exchange !== null, seen));
  return panel;
}

function noteOf(report: ExchangeReport | null): string {
  if (!report) return "Asking …";
  const place = report.place ? `The fire is at row ${report.place[0]}, column ${report.place[1]}. ` : "";
  const since = report.since === null ? "" : `Trades since tick ${whole(report.since)}.`;
  const missing = report.held ? "" : "A replay holds trades, not the orders that wait. ";
  return `${place}${missing}${since}`;
}

function fill(row: Row, kind: KindReport, report: ExchangeReport, prices: readonly number[], open: boolean): void {
  const now = quote(kind, prices);
  for (const name of ["bid", "ask", "last"] as const) setText(row.cells[name], price(now[name]));
  drawVolume(row.volume, kind.units);
  const units = sum(kind.units);
  setAttributes(row.button, {
    "aria-expanded": String(open),
    title:
      `bid ${price(now.bid)}, ask ${price(now.ask)}, last ${price(now.last)}; ` +
      `${whole(units)} traded for ${whole(sum(kind.gold))} gold`,
  });
  row.detail.hidden = !open;
  if (!open) return;
  const waiting = levels(kind, prices);
  row.detail.replaceChildren(
    ...(report.held ? [waiting.length > 0 ? depthOf(waiting) : el("p", { class: "faint" }, "Nobody waits.")] : []),
    el("p", {}, `${whole(units)} traded for ${whole(sum(kind.gold))} gold.`),
    ...(units > 0 ? [historyOf(kind, report)] : []),
  );
}

function price(value: number | null): string {
  return value === null ? "–" : whole(value);
}

/** How much was traded, a bar for each part of the time. */
function drawVolume(drawing: SVGSVGElement, units: readonly number[]): void {
  const bars = gathered(units, BARS);
  const key = bars.join();
  if (drawing.dataset.shown === key) return;
  drawing.dataset.shown = key;
  const most = Math.max(1, ...bars);
  const first = BARS - bars.length;
  drawing.replaceChildren(
    ...bars.map((bar, i) => {
      const height = bar > 0 ? Math.max(1, (16 * bar) / most) : 0;
      return svg("rect", { x: first + i + 0.1, y: 16 - height, width: 0.8, height });
    }),
  );
}

/** The orders that wait: a line for each price, those to buy to the left, those to sell to the right. */
function depthOf(waiting: readonly Level[]): HTMLElement {
  const most = Math.max(...waiting.flatMap(({ buy, sell }) => [buy, sell]));
  const side = (name: string, orders: number) => {
    const bar = el("span", { class: `depth-bar ${name}` }, orders > 0 ? whole(orders) : "");
    bar.style.setProperty("--share", String(orders / most));
    return bar;
  };
  const head = el(
    "div",
    { class: "depth-line depth-head", "aria-hidden": "true" },
    ...["to buy", "gold", "to sell"].map((text) => el("span", {}, text)),
  );
  return el(
    "div",
    { class: "depth" },
    head,
    ...waiting.map(({ price: at, buy, sell }) => {
      const words = `${whole(buy)} to buy and ${whole(sell)} to sell at ${whole(at)} gold`;
      return el(
        "div",
        { class: "depth-line", role: "img", "aria-label": words, title: words, "data-price": at },
        side("buy", buy),
        el("span", { class: "number" }, whole(at)),
        side("sell", sell),
      );
    }),
  );
}

const WIDE = 128;
const HIGH = 40;

/** What was traded over time as bars, and the mean price of each span as a line above them. */
function historyOf(kind: KindReport, { since, span, tick }: ExchangeReport): HTMLElement {
  const [most, means] = [Math.max(1, ...kind.units), meanPrices(kind)];
  const known = means.filter((mean) => mean !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const each = WIDE / kind.units.length;
  const bars = kind.units.map((units, i) => {
    const height = (HIGH * units) / most;
    return svg("rect", { x: i * each, y: HIGH - height, width: each * 0.85, height, class: "volume-bar" });
  });
  const y = (mean: number) => HIGH - 3 - ((mean - low) / (high - low || 1)) * (HIGH - 6);
  const points = means.flatMap((mean, i) =>
    mean === null ? [] : [`${((i + 0.5) * each).toFixed(2)},${y(mean).toFixed(2)}`],
  );
  const words =
    `Traded since tick ${whole(since ?? 0)}, in spans of ${count(span, "tick")}: at most ${whole(most)}; ` +
    `mean prices from ${short(low)} to ${short(high)} gold`;
  const drawing = svg(
    "svg",
    { class: "history", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
    ...bars,
    svg("polyline", { points: points.join(" "), class: "price-line" }),
  );
  const range = low === high ? `${short(low)} gold` : `${short(low)} to ${short(high)} gold`;
  return el(
    "div",
    {},
    drawing,
    el(
      "div",
      { class: "row faint history-feet" },
      el("span", {}, whole(since ?? 0)),
      el("span", {}, `line: mean price, ${range}`),
      el("span", {}, `tick ${whole(tick)}`),
    ),
  );
}
