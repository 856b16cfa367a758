import { username } from "../app/session";
import { t } from "../i18n";
import { problemText } from "../mail/problem";
import { showToast } from "../ui/toast";
import { compositions, type Start } from ".";
import { type Composition, type Kept, revive } from "./composition";
import { dropLocally, orphans } from "./local";
import { prepare } from "./prepare";
import { follow } from "./save";

const mostOpen = 6;

/** Opens a composer for `start`, unless it was abandoned meanwhile; a draft that is already open comes to the front. */
export async function open(start: Start, asked: { abandoned: boolean }): Promise<Composition | null> {
  if (compositions.value.length >= mostOpen) {
    showToast({ kind: "problem", text: t("compose.tooMany", { count: mostOpen }) });
    return null;
  }
  if (start.kind === "draft") {
    const already = compositions.value.find((composition) => composition.draftId.value === start.emailId);
    if (already) {
      already.view.value = "open";
      return null;
    }
  }
  try {
    const kept = await prepare(start);
    return asked.abandoned ? null : show(kept);
  } catch (error) {
    showToast({ kind: "problem", text: problemText(error) });
    return null;
  }
}

/** Shows a composition and follows it until it is closed; `unsaved` when the server does not have all of it. */
export function show(kept: Kept, unsaved = false): Composition {
  const composition = revive(kept, username.value.split("@")[1] ?? "");
  for (const other of compositions.value) if (other.view.value === "full") other.view.value = "open";
  compositions.value = [...compositions.value, composition];
  follow(composition, unsaved);
  return composition;
}

/** Opens what was being written in a tab that died. */
export async function reopenOrphans(): Promise<void> {
  const found = await orphans(username.value);
  for (const kept of found.slice(0, mostOpen)) {
    dropLocally(kept.key);
    show(kept, true);
  }
  if (found.length > 0) showToast({ text: t("compose.recovered", { count: found.length }) });
}
