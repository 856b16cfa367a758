import { client } from "../app/session";
import { t } from "../i18n";
import { dueTime } from "../mail/format";
import { showToast } from "../ui/toast";
import { compositions } from ".";
import { type Composition, type Kept, keep } from "./composition";
import { dropLocally, keepLocally } from "./local";
import { show } from "./open";
import { settled, unfollow } from "./save";
import { callBack } from "./scheduled";
import { mayHold, type Submitted, sendProblem, submit } from "./submit";
import { rememberRecipients } from "./suggest";

/**
 * Sends a composition, now or `at` a time. It leaves the screen at once; when the server refuses, it comes back
 * with the reason. The browser's copy stays until the server has taken the message.
 */
export async function send(composition: Composition, at: Date | null = null): Promise<void> {
  const address = client.session?.username ?? "";
  compositions.value = compositions.value.filter((other) => other !== composition);
  await settled(composition);
  const kept = keep(composition);
  unfollow(composition, false);
  keepLocally(address, kept);
  try {
    const submitted = await submit(kept, at);
    dropLocally(kept.key);
    rememberRecipients([...kept.to, ...kept.cc, ...kept.bcc]);
    tellSent(submitted, kept, at);
  } catch (error) {
    show(kept, true).problem.value = sendProblem(error);
  }
}

/** Says that a message is on its way, or waits; while it can, it can be had back. */
export function tellSent(submitted: Submitted, kept: Kept, at: Date | null): void {
  showToast({
    text: at ? t("later.done", { time: dueTime(at) }) : t("compose.sent"),
    action: at || mayHold() ? { label: t("action.undo"), run: () => void callBack(submitted, kept) } : undefined,
  });
}
