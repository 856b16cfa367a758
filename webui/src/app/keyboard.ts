import { useEffect } from "preact/hooks";
import { compose } from "../compose";
import { archive, junk } from "../mail/actions";
import { acting, deleteRows, moveCursor, openCursor, replyTo, toggleFlag, toggleSeen } from "../mail/commands";
import { listKey } from "../mail/listKeys";
import { moveMenu } from "../mail/MoveMenu";
import { clearSelection, cursor, selecting, toggle } from "../mail/store/selection";
import { openId } from "../mail/view";
import { focusSearch } from "../search/focus";
import { latestAction, takeToastAction } from "../ui/toast";
import { shortcutsOn } from "./preferences";
import { go, openEmail } from "./router";
import { shortcutSheetOpen } from "./shortcuts";

type Command = (event: KeyboardEvent) => unknown;

const folders: Record<string, string> = { i: "inbox", d: "drafts", s: "sent", a: "archive", p: "junk", t: "trash" };

const commands: Record<string, Command> = {
  j: ({ shiftKey }) => moveCursor(1, shiftKey),
  k: ({ shiftKey }) => moveCursor(-1, shiftKey),
  o: openCursor,
  u: () => openEmail(null),
  e: () => archive(acting()),
  "#": () => deleteRows(acting()),
  "!": () => junk(acting()),
  r: () => replyTo("reply"),
  a: () => replyTo("replyAll"),
  f: () => replyTo("forward"),
  c: () => compose({ kind: "new" }),
  s: () => toggleFlag(acting()),
  m: () => toggleSeen(acting()),
  v: () => {
    if (acting().length > 0) moveMenu.value = "move";
  },
  l: () => {
    if (acting().length > 0) moveMenu.value = "copy";
  },
  x: () => cursor.value !== null && toggle(cursor.value),
  z: () => {
    const toast = latestAction();
    if (toast) takeToastAction(toast.id);
  },
  "/": focusSearch,
  "?": () => {
    shortcutSheetOpen.value = true;
  },
  Escape: () => (selecting.value ? clearSelection() : openId.value !== null && openEmail(null)),
};

const chordTime = 1500;

/** Keys that belong to the browser, to a field or to an open menu are theirs. */
function isOurs(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  // What a key has opened may still be on its way.
  if (moveMenu.peek() !== null || shortcutSheetOpen.peek()) return false;
  const target = event.target as HTMLElement;
  if (target.closest("input, textarea, select, [contenteditable=true], [role=menu], dialog")) return false;
  return event.key === "Escape" || shortcutsOn.value;
}

export function useKeyboard(): void {
  useEffect(() => {
    let chordUntil = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (listKey(event) || !isOurs(event)) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (chordUntil > Date.now()) {
        chordUntil = 0;
        const box = folders[key];
        if (!box) return;
        event.preventDefault();
        go({ page: "mail", box, email: null });
        return;
      }
      if (key === "g") {
        chordUntil = Date.now() + chordTime;
        return;
      }
      const command = commands[key];
      if (!command) return;
      event.preventDefault();
      void command(event);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
