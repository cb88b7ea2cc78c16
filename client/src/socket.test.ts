import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { message, welcome } from "./fixtures";
import { Connection, type Listener } from "./socket";

/** Stands in for the browser's socket: a test plays the server. */
class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  binaryType = "blob";
  readyState = 0;
  sent: unknown[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: unknown }) => void;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly address: string) {
    FakeSocket.made.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  accept() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(data: object | ArrayBuffer) {
    this.onmessage?.({ data: data instanceof ArrayBuffer ? data : JSON.stringify(data) });
  }
  end(code: number, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

const heard = {
  message: vi.fn(),
  frame: vi.fn(),
  grid: vi.fn(),
  closed: vi.fn(),
  connecting: vi.fn(),
} satisfies Listener;
const last = () => FakeSocket.made[FakeSocket.made.length - 1];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.made = [];
  for (const mock of Object.values(heard)) mock.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(token: string | null = null): Connection {
  const connection = new Connection("ws://here/ws", token, heard);
  connection.open();
  last().accept();
  return connection;
}

describe("Connection", () => {
  it("greets with the version and the token, and decodes frames by the schema of the welcome", () => {
    open("secret");
    expect(last().sent).toEqual([{ type: "hello", protocol: 1, token: "secret" }]);
    last().say(message("first"));
    expect(heard.frame).not.toHaveBeenCalled(); // nobody has said what frames look like
    last().say(welcome);
    last().say(message("first"));
    expect(heard.frame.mock.calls[0][0].tick).toBe(41);
  });

  it("comes back after a loss, waiting longer each time, and greets anew", () => {
    open();
    const waits = [0, 1, 2].map(() => {
      last().end(1006);
      const [, refused, retryAt] = heard.closed.mock.lastCall ?? [];
      expect(refused).toBe(false);
      const wait = retryAt - performance.now();
      vi.advanceTimersByTime(wait + 1);
      return wait;
    });
    expect(FakeSocket.made).toHaveLength(4);
    expect(waits[1]).toBeGreaterThan(waits[0]);
    expect(waits[2]).toBeGreaterThan(waits[1]);
    last().accept();
    last().say(welcome);
    last().end(1006);
    expect(heard.closed.mock.lastCall?.[2] - performance.now()).toBeCloseTo(waits[0]);
  });

  it.each([4000, 4001, 4003, 4008])("does not come back after code %i, and passes on why", (code) => {
    open();
    last().end(code, "Reload the page.");
    expect(heard.closed).toHaveBeenCalledWith("Reload the page.", true, null);
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(1);
  });

  it("says why a socket was not accepted, for good if the token is wrong", async () => {
    const ask = vi.fn(async (_: string) => new Response("128 viewers are watching already\n", { status: 503 }));
    vi.stubGlobal("fetch", ask);
    const connection = new Connection("wss://here/ws?token=a", "a", heard);
    connection.open();
    last().end(1006);
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledWith("https://here/ws?token=a");
    expect(heard.closed.mock.lastCall?.slice(0, 2)).toEqual(["128 viewers are watching already.", false]);
    ask.mockResolvedValue(new Response("this server asks for a token\n", { status: 403 }));
    await vi.advanceTimersByTimeAsync(1000);
    last().end(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard.closed).toHaveBeenLastCalledWith("This server asks for a token.", true, null);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("refuses a server that speaks another version", () => {
    open();
    last().say({ ...welcome, protocol: 2 });
    expect(heard.closed.mock.lastCall?.[0]).toMatch(/version 1 .* server 2/);
    expect(heard.message).not.toHaveBeenCalled();
    expect(last().readyState).toBe(3);
  });

  it("stops with the reason when a frame is broken", () => {
    open();
    last().say(welcome);
    last().say(message("first").slice(0, 80));
    expect(heard.closed.mock.lastCall?.slice(0, 2)).toEqual([expect.stringContaining("ends within"), true]);
  });

  it("ignores kinds of messages it does not know", () => {
    open();
    last().say({ type: "weather", rain: true });
    expect(heard.message).not.toHaveBeenCalled();
    expect(heard.closed).not.toHaveBeenCalled();
  });

  it("sends nothing where nobody listens", () => {
    const connection = open();
    last().end(1006);
    expect(() => connection.send({ type: "leave" })).not.toThrow();
    expect(last().sent).toHaveLength(1);
  });
});
