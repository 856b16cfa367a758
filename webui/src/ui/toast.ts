import { signal } from "@preact/signals";

export type Toast = {
  id: number;
  text: string;
  kind: "done" | "problem";
  /** What the button says and does. */
  action?: { label: string; run: () => void };
  /** Called when the toast goes without its action having been taken. */
  onGone?: () => void;
};

export const toasts = signal<Toast[]>([]);

/** Long enough to read, think and reach the button. */
export const toastTime = 10_000;

const timers = new Map<number, ReturnType<typeof setTimeout>>();
let lastId = 0;

export function showToast(toast: Omit<Toast, "id" | "kind"> & { kind?: Toast["kind"] }): number {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.slice(-2), { kind: "done", ...toast, id }];
  resumeToast(id);
  return id;
}

/** Stops the clock while a pointer or the focus rests on a toast. */
export function holdToast(id: number): void {
  clearTimeout(timers.get(id));
}

export function resumeToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => dismissToast(id), toastTime),
  );
}

export function dismissToast(id: number, taken = false): void {
  const toast = toasts.value.find((candidate) => candidate.id === id);
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (!toast) return;
  toasts.value = toasts.value.filter((candidate) => candidate.id !== id);
  if (!taken) toast.onGone?.();
}

export function takeToastAction(id: number): void {
  const toast = toasts.value.find((candidate) => candidate.id === id);
  dismissToast(id, true);
  toast?.action?.run();
}

/** The newest toast that offers an action: what the key z takes back. */
export function latestAction(): Toast | undefined {
  return [...toasts.value].reverse().find((toast) => toast.action);
}
