// What is typed after the key that opens a composer, before it is there, is meant for it and is no shortcut: it is kept,
// and put in when the composer has the keyboard. Escape says that it is not wanted any more.

const longest = 10_000;
const editable = "input, textarea, select, [contenteditable=true]";

/** The keys that wait for one composer; Escape calls `takeBack` when it is there already. */
export type Held = { text: string; abandoned: boolean; takeBack?: () => void };

let held: Held | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

export function holdKeys(): Held {
  if (held) letGo(held);
  held = { text: "", abandoned: false };
  timer = setTimeout(letGoAll, longest);
  window.addEventListener("keydown", onKeyDown, true);
  window.addEventListener("focusin", onFocus, true);
  window.addEventListener("pointerdown", letGoAll, true);
  return held;
}

export function letGo(keys: Held): void {
  if (held === keys) letGoAll();
}

function letGoAll(): void {
  held = null;
  clearTimeout(timer);
  window.removeEventListener("keydown", onKeyDown, true);
  window.removeEventListener("focusin", onFocus, true);
  window.removeEventListener("pointerdown", letGoAll, true);
}

function onKeyDown(event: KeyboardEvent): void {
  const { key } = event;
  if (held === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if ((event.target as HTMLElement).closest(`${editable}, dialog`)) return;
  if (key.length === 1) held.text += key;
  else if (key === "Backspace") held.text = held.text.slice(0, -1);
  else if (key === "Escape") abandon(held);
  else if (key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
}

function abandon(keys: Held): void {
  keys.abandoned = true;
  keys.takeBack?.();
  letGoAll();
}

function onFocus(event: FocusEvent): void {
  const text = held?.text;
  if (!(event.target as HTMLElement).closest(".composer")?.contains(document.activeElement?.closest(editable) ?? null))
    return;
  letGoAll();
  // Once the field has put its own cursor where it belongs.
  if (text) queueMicrotask(() => document.execCommand("insertText", false, text));
}
