import { client } from "../app/session";
import { t } from "../i18n";
import { failed } from "../mail/actions";
import { showToast } from "../ui/toast";
import { compositions } from ".";
import { type Composition, isEmpty, keep } from "./composition";
import { show } from "./open";
import { isSaved, save, settled, unfollow } from "./save";

function leave(composition: Composition): void {
  compositions.value = compositions.value.filter((other) => other !== composition);
}

/** Closes a composer; what was written stays as a draft. */
export async function close(composition: Composition): Promise<void> {
  const kept = keep(composition);
  if (isEmpty(kept) && kept.draftId === null) {
    leave(composition);
    unfollow(composition, true);
    return;
  }
  const unchanged = isSaved(composition);
  leave(composition);
  try {
    await save(composition);
    unfollow(composition, true);
    if (!unchanged || composition.savedAt.value !== null) showToast({ text: t("compose.kept") });
  } catch {
    // Not saved: it comes back, with the reason in its foot.
    compositions.value = [...compositions.value, composition];
  }
}

/** Saves and closes all, before somebody leaves; false when something could not be saved. */
export async function closeAll(): Promise<boolean> {
  await Promise.all(compositions.value.map(close));
  return compositions.value.length === 0;
}

/** Throws a message away; for ten seconds it can be had again. */
export async function discard(composition: Composition): Promise<void> {
  leave(composition);
  await settled(composition);
  const kept = keep(composition);
  unfollow(composition, true);
  for (const file of composition.attachments.value) file.stop?.();
  if (kept.draftId) await client.call("Email/set", { destroy: [kept.draftId] }).catch(failed);
  if (isEmpty(kept)) return;
  showToast({
    text: t("compose.discarded"),
    action: {
      label: t("action.undo"),
      run: () => {
        show({ ...kept, draftId: null }, true);
      },
    },
  });
}
