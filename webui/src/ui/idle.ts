/** Runs when the browser has nothing better to do; the function returned takes that back. */
export function whenIdle(run: () => void): () => void {
  if (!window.requestIdleCallback) {
    const timer = setTimeout(run, 200);
    return () => clearTimeout(timer);
  }
  const callback = requestIdleCallback(run, { timeout: 1000 });
  return () => cancelIdleCallback(callback);
}
