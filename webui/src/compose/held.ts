// What is typed after the key that opens a composer, before it is there, is meant for it and is no shortcut: it is kept,
// and put in when the composer has the keyboard.

const longest = 10_000;
const editable = "input, textarea, select, [contenteditable=true]";

let held: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

export function holdKeys(): void {
  letGo();
  held = "";
  timer = setTimeout(letGo, longest);
  window.addEventListener("keydown", onKeyDown, true);
  window.addEventListener("focusin", onFocus, true);
  window.addEventListener("pointerdown", letGo, true);
}

export function letGo(): void {
  held = null;
  clearTimeout(timer);
  window.removeEventListener("keydown", onKeyDown, true);
  window.removeEventListener("focusin", onFocus, true);
  window.removeEventListener("pointerdown", letGo, true);
}

function onKeyDown(event: KeyboardEvent): void {
  const { key } = event;
  if (held === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if ((event.target as HTMLElement).closest(`${editable}, dialog`)) return;
  if (key.length === 1) held += key;
  else if (key === "Backspace") held = held.slice(0, -1);
  else if (key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
}

function onFocus(event: FocusEvent): void {
  const text = held;
  if (!(event.target as HTMLElement).closest(".composer")?.contains(document.activeElement?.closest(editable) ?? null))
    return;
  letGo();
  // Once the field has put its own cursor where it belongs.
  if (text) queueMicrotask(() => document.execCommand("insertText", false, text));
}
