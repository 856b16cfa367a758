import { signal } from "@preact/signals";
import type { TextKey } from "../i18n";

export const shortcutSheetOpen = signal(false);

export type Shortcut = { keys: string[]; text: TextKey };

/** What the help sheet shows, in its order. */
export const shortcutGroups: { title: TextKey; shortcuts: Shortcut[] }[] = [
  {
    title: "shortcuts.group.move",
    shortcuts: [
      { keys: ["j"], text: "shortcuts.next" },
      { keys: ["k"], text: "shortcuts.previous" },
      { keys: ["o"], text: "shortcuts.open" },
      { keys: ["u"], text: "shortcuts.back" },
      { keys: ["/"], text: "shortcuts.search" },
      { keys: ["g", "i"], text: "shortcuts.goInbox" },
      { keys: ["g", "d"], text: "shortcuts.goDrafts" },
      { keys: ["g", "s"], text: "shortcuts.goSent" },
      { keys: ["g", "a"], text: "shortcuts.goArchive" },
      { keys: ["g", "p"], text: "shortcuts.goJunk" },
      { keys: ["g", "t"], text: "shortcuts.goTrash" },
    ],
  },
  {
    title: "shortcuts.group.act",
    shortcuts: [
      { keys: ["e"], text: "shortcuts.archive" },
      { keys: ["#"], text: "shortcuts.trash" },
      { keys: ["!"], text: "shortcuts.junk" },
      { keys: ["v"], text: "shortcuts.move" },
      { keys: ["l"], text: "shortcuts.copy" },
      { keys: ["s"], text: "shortcuts.flag" },
      { keys: ["m"], text: "shortcuts.seen" },
      { keys: ["x"], text: "shortcuts.select" },
      { keys: ["⇧", "↓"], text: "shortcuts.range" },
      { keys: ["Ctrl", "A"], text: "shortcuts.selectEvery" },
      { keys: ["z"], text: "shortcuts.undo" },
    ],
  },
  {
    title: "shortcuts.group.write",
    shortcuts: [
      { keys: ["c"], text: "shortcuts.compose" },
      { keys: ["r"], text: "shortcuts.reply" },
      { keys: ["a"], text: "shortcuts.replyAll" },
      { keys: ["f"], text: "shortcuts.forward" },
      { keys: ["Ctrl", "↵"], text: "shortcuts.send" },
      { keys: ["Esc"], text: "shortcuts.escape" },
      { keys: ["?"], text: "shortcuts.help" },
    ],
  },
];
