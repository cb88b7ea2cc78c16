/** What the page says: short notes, and the state of the connection. */

import type { App } from "../../app";
import type { Connection, Store } from "../../store";
import { el, setText, textButton } from "../parts/dom";

const NOTE_MS = 3200;
/** Connecting is told only when it takes longer than this. */
const PATIENCE_MS = 500;

/** Notes that come and go, read out to who cannot see them. */
export class Notices {
  readonly element = el("div", { id: "notes", class: "notes", role: "status", "aria-live": "polite" });
  private timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string, ms = NOTE_MS): void {
    clearTimeout(this.timer);
    this.element.replaceChildren(el("p", { class: "note" }, text));
    this.timer = setTimeout(() => this.element.replaceChildren(), ms);
  }
}

/** A word of patience between the welcome and the first picture. */
export function firstPicture({ store, world }: App): HTMLElement {
  const note = el(
    "p",
    { id: "waiting", class: "waiting-note", role: "status", hidden: true },
    "The world is waking up …",
  );
  const show = () => {
    note.hidden = world.frame !== null || store.get().connection.status !== "open";
  };
  store.watch((state) => state.connection, show);
  store.watch((state) => state.tick, show);
  world.onFrame(show);
  return note;
}

/** The banner of a connection that comes or comes back, and the card of one that was refused. */
export function connectionNotice(store: Store): HTMLElement {
  const banner = el("p", { class: "banner", role: "status" });
  const reason = el("p", { class: "reason" });
  const card = el(
    "div",
    { class: "card", role: "alert" },
    el("h2", {}, "Not connected"),
    reason,
    textButton("Reload the page", () => location.reload(), "primary"),
  );
  const notice = el("div", { id: "connection", class: "connection" }, banner, card);
  let timer: ReturnType<typeof setInterval> | undefined;
  store.watch(
    (state) => state.connection,
    (connection) => {
      clearInterval(timer);
      const since = performance.now();
      const show = () => {
        const told = bannerText(connection, store.get().welcome !== null, performance.now(), since);
        setText(banner, told);
        banner.hidden = told === "";
      };
      card.hidden = connection.status !== "refused";
      setText(reason, connection.message);
      notice.dataset.status = connection.status;
      show();
      if (connection.status !== "open") timer = setInterval(show, 250);
    },
  );
  return notice;
}

/** What the banner says at a time; "" for nothing. Times are those of performance.now() [ms]. */
export function bannerText(connection: Connection, again: boolean, now: number, since: number): string {
  const { status, message, retryAt } = connection;
  if (status === "connecting") {
    if (again) return "Connecting again …";
    return now - since < PATIENCE_MS ? "" : "Connecting …";
  }
  if (status !== "lost") return "";
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return seconds > 0 ? `${message} Trying again in ${seconds} s.` : `${message} Trying again.`;
}
