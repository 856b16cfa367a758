/**
 * Runs something when nobody has asked for a while. Asking again and again is cheap, as each frame of scrolling does: a
 * timer that ends too early looks again, instead of being replaced each time.
 */
export class Later {
  private due = 0;
  private ends = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly run: () => void) {}

  in(time: number): void {
    this.due = performance.now() + time;
    if (this.timer !== undefined && this.ends <= this.due) return;
    clearTimeout(this.timer);
    this.arm(time);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private arm(time: number): void {
    this.ends = performance.now() + time;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const left = this.due - performance.now();
      if (left > 0) this.arm(left);
      else this.run();
    }, time);
  }
}
