import type { StateChange } from "./types";
import { expandTemplate, sameOriginPath } from "./urls";

export type PushOptions = {
  eventSourceUrl: string;
  onChange: (changed: StateChange["changed"]) => void;
  /** Called each time the stream opens; everything may have changed while it was closed. */
  onOpen: () => void;
  onClosed: () => void;
  open?: (url: string) => EventSource;
};

const longestWait = 60_000;

/**
 * The server's state changes by EventSource (RFC 8620 section 7.3). Opens again by itself: browsers give up
 * for good when the answer is an error, for example while the server restarts.
 */
export class Push {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = 1000;
  private stopped = true;

  constructor(private readonly options: PushOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.open();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** Tries at once, as when the network has come back. */
  retry(): void {
    if (this.stopped || this.source?.readyState === EventSource.OPEN) return;
    clearTimeout(this.timer);
    this.source?.close();
    this.wait = 1000;
    this.open();
  }

  private open(): void {
    const url = sameOriginPath(
      expandTemplate(this.options.eventSourceUrl, { types: "*", closeafter: "no", ping: "30" }),
    );
    const source = (this.options.open ?? ((to) => new EventSource(to)))(url);
    this.source = source;
    source.onopen = () => {
      this.wait = 1000;
      this.options.onOpen();
    };
    source.addEventListener("state", (event) => {
      this.options.onChange((JSON.parse((event as MessageEvent<string>).data) as StateChange).changed);
    });
    source.onerror = () => {
      this.options.onClosed();
      if (source.readyState !== EventSource.CLOSED || this.stopped) return;
      this.timer = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, longestWait);
    };
  }
}
