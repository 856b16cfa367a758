import { batch, effect } from "@preact/signals";
import { client, username } from "../app/session";
import { t } from "../i18n";
import { type Id, ObjectError, Request } from "../jmap";
import { problemText } from "../mail/problem";
import { mailboxWithRole } from "../mail/store/mailboxes";
import { type Composition, fingerprint, isEmpty, type Kept, keep } from "./composition";
import { addCreate } from "./create";
import { identityOf, senderOf } from "./identities";
import { dropLocally, keepLocally } from "./local";
import { emailOf } from "./message";
import { forgetPictures } from "./pictures";

const localPause = 250;
const remotePause = 2500;

type Saver = {
  stop: () => void;
  /** The state that the server has. */
  saved: string;
  /** Saves run one after the other: two at once would leave two drafts. */
  queue: Promise<void>;
};

const savers = new Map<string, Saver>();

/**
 * Keeps a composition in the browser and as a draft, quietly, while it is being written. With `unsaved` what it
 * begins with is worth keeping; else only changes to it are.
 */
export function follow(composition: Composition, unsaved = false): void {
  let localTimer: ReturnType<typeof setTimeout> | undefined;
  let remoteTimer: ReturnType<typeof setTimeout> | undefined;
  const initial = fingerprint(keep(composition));
  const saver: Saver = { stop: () => undefined, saved: unsaved ? "" : initial, queue: Promise.resolve() };
  savers.set(composition.key, saver);
  const end = effect(() => {
    const kept = keep(composition);
    clearTimeout(localTimer);
    if (!unsaved && fingerprint(kept) === initial && kept.draftId === null) return;
    localTimer = setTimeout(() => {
      composition.unkept.value = !keepLocally(username.peek(), kept);
    }, localPause);
    if (fingerprint(kept) === saver.saved) return;
    clearTimeout(remoteTimer);
    remoteTimer = setTimeout(() => void save(composition).catch(() => undefined), remotePause);
  });
  saver.stop = () => {
    end();
    clearTimeout(localTimer);
    clearTimeout(remoteTimer);
  };
}

/** Ends the following; with `drop` the browser's copy goes too. */
export function unfollow(composition: Composition, drop: boolean): void {
  savers.get(composition.key)?.stop();
  savers.delete(composition.key);
  forgetPictures(composition.key);
  if (drop) dropLocally(composition.key);
}

export function isSaved(composition: Composition): boolean {
  return savers.get(composition.key)?.saved === fingerprint(keep(composition));
}

/** Waits until what is under way has ended. */
export function settled(composition: Composition): Promise<void> {
  return (savers.get(composition.key)?.queue ?? Promise.resolve()).catch(() => undefined);
}

/** Writes the draft now, if it has changed. */
export function save(composition: Composition): Promise<void> {
  const saver = savers.get(composition.key);
  if (!saver) return Promise.resolve();
  const next = saver.queue.catch(() => undefined).then(() => saveNow(composition, saver));
  saver.queue = next;
  return next;
}

async function saveNow(composition: Composition, saver: Saver): Promise<void> {
  const kept = keep(composition);
  const state = fingerprint(kept);
  if (state === saver.saved || (isEmpty(kept) && kept.draftId === null)) return;
  try {
    const { id, attachments } = await replaceDraft(kept);
    saver.saved = state;
    batch(() => {
      composition.draftId.value = id;
      const places = new Map(attachments.map(({ key, blobId }) => [key, blobId]));
      composition.attachments.value = composition.attachments
        .peek()
        .map((file) => ({ ...file, blobId: places.get(file.key) ?? file.blobId }));
    });
    composition.savedAt.value = new Date();
    composition.problem.value = "";
  } catch (error) {
    composition.problem.value = t("compose.notSaved", { reason: problemText(error) });
    throw error;
  }
}

/** Emails cannot be changed: a new draft takes the old one's place, which goes once the new one is there. */
export async function replaceDraft(kept: Kept): Promise<Pick<Kept, "attachments"> & { id: Id }> {
  const drafts = mailboxWithRole("drafts");
  if (!drafts) throw new ObjectError("notFound", "drafts");
  const from = senderOf(await identityOf(kept.identityId));
  const request = new Request();
  const { create, moved } = addCreate(request, emailOf(kept, from, drafts.id), kept, drafts.id);
  const answers = await client.send(request);
  const answer = answers.of(create);
  const refused = answer.notCreated?.message;
  if (refused) throw new ObjectError(refused.type, "draft", refused.properties ?? [], refused.description ?? undefined);
  return { id: answer.created?.message?.id as Id, attachments: moved(answers) };
}
