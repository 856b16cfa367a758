import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Push } from "./push";

class FakeSource extends EventTarget {
  static opened: FakeSource[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    FakeSource.opened.push(this);
  }
  close() {
    this.readyState = 2;
  }
  fail() {
    this.readyState = 2;
    this.onerror?.();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", { OPEN: 1, CLOSED: 2 });
  FakeSource.opened = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function pushWith(onChange = vi.fn(), onOpen = vi.fn()) {
  const push = new Push({
    eventSourceUrl: "https://mail.test/jmap/eventsource/?types={types}&closeafter={closeafter}&ping={ping}",
    onChange,
    onOpen,
    onClosed: () => undefined,
    open: (url) => new FakeSource(url) as unknown as EventSource,
  });
  push.start();
  return { push, onChange, onOpen };
}

it("asks for every type and passes on what changed", () => {
  const { onChange } = pushWith();
  const [source] = FakeSource.opened;
  expect(source?.url).toBe("/jmap/eventsource/?types=*&closeafter=no&ping=30");
  source?.dispatchEvent(
    new MessageEvent("state", { data: JSON.stringify({ "@type": "StateChange", changed: { A: { Email: "2" } } }) }),
  );
  expect(onChange).toHaveBeenCalledWith({ A: { Email: "2" } });
});

it("opens again after an error, waiting longer each time, until it is stopped", () => {
  const { push } = pushWith();
  FakeSource.opened[0]?.fail();
  vi.advanceTimersByTime(1000);
  expect(FakeSource.opened).toHaveLength(2);
  FakeSource.opened[1]?.fail();
  vi.advanceTimersByTime(1999);
  expect(FakeSource.opened).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(FakeSource.opened).toHaveLength(3);
  push.stop();
  FakeSource.opened[2]?.fail();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.opened).toHaveLength(3);
});
