import type { Id, Mailbox } from "../jmap";
import { moveTo } from "./actions";

const type = "application/x-facteur-rows";
let dragged: readonly Id[] = [];

/** Begins to drag rows; `text` is what another program gets when they are dropped there. */
export function startDrag(event: DragEvent, rows: readonly Id[], label: string): void {
  dragged = rows;
  event.dataTransfer?.setData(type, rows.join(" "));
  if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  const ghost = document.createElement("div");
  ghost.className = "drag-ghost";
  ghost.textContent = label;
  document.body.append(ghost);
  event.dataTransfer?.setDragImage(ghost, -8, -8);
  requestAnimationFrame(() => ghost.remove());
}

/** What makes a folder a place to drop rows on. */
export function dropProps(mailbox: Mailbox) {
  const over = (event: DragEvent, on: boolean) =>
    (event.currentTarget as HTMLElement).classList.toggle("drop-over", on);
  const ours = (event: DragEvent) => event.dataTransfer?.types.includes(type) && mailbox.myRights.mayAddItems;
  return {
    draggable: false,
    onDragOver: (event: DragEvent) => {
      if (!ours(event)) return;
      event.preventDefault();
      over(event, true);
    },
    onDragLeave: (event: DragEvent) => over(event, false),
    onDrop: (event: DragEvent) => {
      over(event, false);
      if (!ours(event)) return;
      event.preventDefault();
      void moveTo(dragged, mailbox);
    },
  };
}
