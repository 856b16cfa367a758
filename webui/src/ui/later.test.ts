import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Later } from "./later";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("runs once, after the last time that somebody asked", () => {
  const run = vi.fn();
  const later = new Later(run);
  for (let at = 0; at < 10; at += 1) {
    later.in(100);
    vi.advanceTimersByTime(50);
  }
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60);
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(500);
  expect(run).toHaveBeenCalledTimes(1);
});

test("one who is in a hurry does not wait for who is not; what is stopped does not run", () => {
  const run = vi.fn();
  const later = new Later(run);
  later.in(200);
  later.in(80);
  vi.advanceTimersByTime(90);
  expect(run).toHaveBeenCalledTimes(1);
  later.in(80);
  later.stop();
  vi.advanceTimersByTime(500);
  expect(run).toHaveBeenCalledTimes(1);
});
