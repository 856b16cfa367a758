import {
  Archive,
  ArrowLeft,
  Ellipsis,
  Flag,
  FolderInput,
  FolderOutput,
  Mail,
  Printer,
  ShieldAlert,
  ShieldCheck,
  Trash2,
  Undo2,
  X,
} from "lucide";
import { layout } from "../app/layout";
import { readerPlace } from "../app/preferences";
import { openEmail } from "../app/router";
import { t } from "../i18n";
import type { EmailHeader } from "../jmap";
import { IconButton } from "../ui/Button";
import { MenuButton } from "../ui/Menu";
import { archive, junk, notJunk, setFlagged, setSeen } from "./actions";
import { deleteLabel, deleteRows } from "./commands";
import { moveMenu } from "./MoveMenu";
import { clearSelection } from "./store/selection";
import { currentMailbox } from "./view";
import "./ListBar.css";

/** What can be done with the conversation that is open. */
export function ReaderBar({ head }: { head: EmailHeader }) {
  const rows = [head.id];
  const role = currentMailbox.value?.role;
  const alone = layout.value !== "wide" || readerPlace.value === "off";
  const flagged = head.keywords.$flagged === true;
  const choose = (purpose: "move" | "copy") => {
    clearSelection();
    moveMenu.value = purpose;
  };
  return (
    <div class="list-bar reader-bar" role="toolbar" aria-label={t("reader.bar")}>
      <IconButton
        label={alone ? t("reader.back") : t("reader.close")}
        icon={alone ? ArrowLeft : X}
        shortcut="u"
        onClick={() => openEmail(null)}
      />
      <span class="list-bar-space" />
      {role !== "archive" && role !== "scheduled" && (
        <IconButton label={t("action.archive")} icon={Archive} shortcut="e" onClick={() => void archive(rows)} />
      )}
      <IconButton
        label={deleteLabel(role)}
        icon={role === "scheduled" ? Undo2 : Trash2}
        shortcut="#"
        onClick={() => void deleteRows(rows)}
      />
      {role !== "scheduled" && (
        <IconButton label={t("action.move")} icon={FolderInput} shortcut="v" onClick={() => choose("move")} />
      )}
      <IconButton
        label={flagged ? t("action.unflag") : t("action.flag")}
        icon={Flag}
        filled={flagged}
        aria-pressed={flagged}
        shortcut="s"
        onClick={() => void setFlagged(rows, !flagged)}
      />
      <MenuButton
        label={t("action.more")}
        icon={Ellipsis}
        items={() => [
          {
            id: "unread",
            label: t("action.markUnread"),
            icon: Mail,
            shortcut: "m",
            run: () => {
              openEmail(null);
              void setSeen(rows, false);
            },
          },
          { id: "copy", label: t("action.copy"), icon: FolderOutput, shortcut: "l", run: () => choose("copy") },
          role === "junk"
            ? { id: "notJunk", label: t("action.notJunkDo"), icon: ShieldCheck, run: () => void notJunk(rows) }
            : { id: "junk", label: t("action.junk"), icon: ShieldAlert, shortcut: "!", run: () => void junk(rows) },
          "rule",
          { id: "print", label: t("action.print"), icon: Printer, run: () => window.print() },
        ]}
      />
    </div>
  );
}
