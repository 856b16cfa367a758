import { useSignal } from "@preact/signals";
import { Ellipsis, FolderPen, FolderPlus, FolderX } from "lucide";
import { useRef } from "preact/hooks";
import { go } from "../app/router";
import { t } from "../i18n";
import { ObjectError } from "../jmap";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { MenuButton, type MenuItem } from "../ui/Menu";
import { showToast } from "../ui/toast";
import { createFolder, deleteFolder, folderProblem, renameFolder } from "./folders";
import { mailboxName } from "./names";
import { problemText } from "./problem";
import { isSpecial } from "./store/mailboxes";
import { currentMailbox } from "./view";

type Task = "create" | "createInside" | "rename";

/** Makes folders, and renames or deletes the one in view. */
export function FolderMenu() {
  const task = useSignal<Task | null>(null);
  const here = currentMailbox.value;
  const own = here && !isSpecial(here) ? here : null;
  const items = (): (MenuItem | "rule")[] => {
    const create: MenuItem = {
      id: "create",
      label: t("folders.create"),
      icon: FolderPlus,
      run: () => {
        task.value = "create";
      },
    };
    if (!own) return [create];
    const name = mailboxName(own);
    return [
      create,
      {
        id: "inside",
        label: t("folders.createInside", { name }),
        icon: FolderPlus,
        run: () => {
          task.value = "createInside";
        },
      },
      "rule",
      {
        id: "rename",
        label: t("folders.rename", { name }),
        icon: FolderPen,
        run: () => {
          task.value = "rename";
        },
      },
      {
        id: "delete",
        label: t("folders.delete", { name }),
        icon: FolderX,
        danger: true,
        run: () => void remove(own.id),
      },
    ];
  };
  return (
    <>
      <MenuButton label={t("folders.menu")} icon={Ellipsis} items={items} />
      {task.value && (
        <FolderDialog
          task={task.value}
          onClose={() => {
            task.value = null;
          }}
        />
      )}
    </>
  );
}

async function remove(id: string): Promise<void> {
  try {
    await deleteFolder(id);
    go({ page: "mail", box: "inbox", email: null });
  } catch (error) {
    const full = error instanceof ObjectError && /^mailboxHas/.test(error.type);
    showToast({ kind: "problem", text: full ? t("folders.notEmpty") : problemText(error) });
  }
}

function FolderDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const here = currentMailbox.value;
  const name = useSignal(task === "rename" && here ? here.name : "");
  const problem = useSignal("");
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const wanted = name.value.trim();
    if (!wanted) return;
    try {
      if (task === "rename" && here) await renameFolder(here.id, wanted);
      else {
        const id = await createFolder(wanted, task === "createInside" && here ? here.id : null);
        go({ page: "mail", box: id, email: null });
      }
      onClose();
    } catch (error) {
      problem.value = folderProblem(error);
    }
  };
  return (
    <Dialog title={task === "rename" ? t("folders.renameTitle") : t("folders.createTitle")} onClose={onClose}>
      <form ref={form} class="dialog-form" onSubmit={submit}>
        <Field
          label={t("folders.name")}
          value={name.value}
          maxLength={120}
          required
          error={problem.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <div class="dialog-actions">
          <Button kind="plain" onClick={onClose}>
            {t("ui.cancel")}
          </Button>
          <Button kind="primary" type="submit">
            {task === "rename" ? t("folders.renameSubmit") : t("folders.createSubmit")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
