/** The connection: greets, decodes, acknowledges what was drawn, and comes back when it was lost. */

import { type Frame, frameDecoder, magicOf } from "./frame";
import { decodeGrid, type OverlayGrid } from "./grid";
import { CLOSED, type ClientMessage, PROTOCOL, parseMessage, type ServerMessage, type Welcome } from "./protocol";

export interface Listener {
  message(message: ServerMessage): void;
  frame(frame: Frame): void;
  grid(grid: OverlayGrid): void;
  /** The connection ended. A refusal is final; otherwise it tries again at `retryAt` (performance.now()). */
  closed(reason: string, refused: boolean, retryAt: number | null): void;
  connecting(): void;
}

const FIRST_WAIT = 400;
const LONGEST_WAIT = 5000;
const FORBIDDEN = 403;
/** What the server answers to a request without a socket that it would have accepted. */
const UPGRADE_REQUIRED = 426;
const FINAL: readonly number[] = Object.values(CLOSED);

export class Connection {
  private socket: WebSocket | null = null;
  private decode: ((message: ArrayBuffer) => Frame) | null = null;
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastError = "";
  private opened = false;

  constructor(
    private readonly address: string,
    private readonly token: string | null,
    private readonly listener: Listener,
  ) {}

  open(): void {
    clearTimeout(this.timer);
    this.listener.connecting();
    this.lastError = "";
    this.opened = false;
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.opened = true;
      this.send({ type: "hello", protocol: PROTOCOL, token: this.token });
    };
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code, reason }) => this.ended(code, reason);
    this.socket = socket;
  }

  /** Sends a message if there is a connection; without one there is nobody to hear it. */
  send(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Ends the connection for good. */
  close(): void {
    clearTimeout(this.timer);
    if (this.socket) this.socket.onclose = null;
    this.socket?.close();
    this.socket = null;
  }

  private receive(data: string | ArrayBuffer): void {
    try {
      if (typeof data === "string") this.text(data);
      else if (magicOf(data) === "NMO1") this.listener.grid(decodeGrid(data));
      else if (this.decode) this.listener.frame(this.decode(data));
    } catch (error) {
      this.refuse(error instanceof Error ? error.message : String(error));
    }
  }

  private text(data: string): void {
    const message = parseMessage(data);
    if (message === null) return;
    if (message.type === "error") this.lastError = message.message;
    if (message.type === "welcome") this.greet(message);
    this.listener.message(message);
  }

  private greet(welcome: Welcome): void {
    if (welcome.protocol !== PROTOCOL) {
      throw new Error(
        `This page speaks version ${PROTOCOL} of the protocol, the server ${welcome.protocol}: reload it.`,
      );
    }
    this.decode = frameDecoder(welcome.frame);
    this.wait = FIRST_WAIT;
  }

  private refuse(reason: string): void {
    this.close();
    this.listener.closed(reason, true, null);
  }

  private ended(code: number, reason: string): void {
    this.socket = null;
    this.decode = null;
    if (FINAL.includes(code)) {
      this.listener.closed(reason || this.lastError || "The server closed the connection.", true, null);
      return;
    }
    this.timer = setTimeout(() => this.open(), this.wait);
    const retryAt = performance.now() + this.wait;
    this.listener.closed("The connection was lost.", false, retryAt);
    this.wait = Math.min(this.wait * 1.7, LONGEST_WAIT);
    if (!this.opened) void this.explain(retryAt);
  }

  /** Asks why the socket was not accepted, which a browser does not tell: the same address answers it in words. */
  private async explain(retryAt: number): Promise<void> {
    const answer = await fetch(this.address.replace(/^ws/, "http")).catch(() => null);
    if (!answer || answer.status === UPGRADE_REQUIRED || this.opened) return;
    const reason = sentence(await answer.text());
    if (answer.status === FORBIDDEN) this.refuse(reason);
    else this.listener.closed(reason, false, retryAt);
  }
}

function sentence(text: string): string {
  const words = text.trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
