import { batch, effect, untracked } from "@preact/signals";
import { type Answers, type Call, type GetResponse, type Id, type Mailbox, Request } from "../jmap";
import { prefetchCode } from "../mail/prefetch";
import { beginAt } from "../mail/store/changes";
import { keyOf, mailboxes, putMailboxes } from "../mail/store/mailboxes";
import { loadQuota } from "../mail/store/quota";
import { currentList, folderList } from "../mail/view";
import { whenIdle } from "../ui/idle";
import type { Person } from "./auth";
import { type Memory, recall, remember } from "./memory";
import { route } from "./router";
import { client, phase } from "./session";

const retryAfter = 5000;
type Beginning = { accountId: Id; take: (answers: Answers) => Promise<void> };
type Ahead = { accountId: Id; take: () => Promise<void> };

let ahead: Promise<unknown> = Promise.resolve();
let early: Ahead | null = null;

/** Asks, while the session is still being asked for, for what the last visit would have needed. */
export function askAhead(): Promise<unknown> {
  const memory = recall();
  if (!memory) return Promise.resolve();
  return ask(memory);
}

/** Asks for the folders of who has just signed in, and for the first rows of the inbox. */
export function askFor({ accountId, inbox }: Person): Promise<unknown> {
  const role = "inbox";
  return ask({ apiUrl: "/jmap/api", accountId, folders: inbox ? { [role]: { id: inbox, role } } : {} });
}

function ask(memory: Memory): Promise<unknown> {
  const request = new Request();
  const { accountId, take } = beginning(request, memory.accountId, memory.folders);
  early = null;
  ahead = client.sendAhead(memory.apiUrl, request).then(
    (answers) => {
      early = answers && { accountId, take: () => take(answers) };
    },
    () => undefined,
  );
  return ahead;
}

/** Resolves when the first screen has what it needs, and changes can be followed. */
export const begun = new Promise<void>((resolve) => {
  const stop = effect(() => {
    if (phase.value !== "signedIn") return;
    queueMicrotask(() => stop());
    void untracked(begin).then(resolve);
  });
});

async function begin(): Promise<void> {
  // What is here already is taken at once: the desk is drawn with it, not without and then again.
  if (!early) await ahead;
  try {
    if (early?.accountId === client.accountId) await early.take();
  } catch {
    // A guess that no longer holds: asked as if it had not been made.
  }
  early = null;
  while (mailboxes.peek().size === 0) {
    const request = new Request();
    const { take } = beginning(request, client.accountId, {});
    await client
      .send(request)
      .then(take)
      .catch(() => new Promise((resolve) => setTimeout(resolve, retryAfter)));
  }
  // The first rows come before all that.
  whenIdle(() => {
    rememberFolders();
    void loadQuota().catch(() => undefined);
    prefetchCode();
  });
}

function rememberFolders(): void {
  if (phase.peek() !== "signedIn") return;
  remember({
    apiUrl: client.session?.apiUrl ?? "",
    accountId: client.accountId,
    folders: Object.fromEntries(
      [...mailboxes.peek().values()].map((one) => [keyOf(one), { id: one.id, role: one.role }]),
    ),
  });
}

/** All that the first screen needs, and where changes begin, in one exchange. */
function beginning(request: Request, accountId: Id, folders: Memory["folders"]): Beginning {
  const folder = route.peek().page === "mail" ? folders[(route.peek() as { box: string }).box] : undefined;
  const mailbox: Call<GetResponse<Mailbox>> = request.add("Mailbox/get", { accountId, ids: null });
  const emails = request.add<GetResponse<unknown>>("Email/get", { accountId, ids: [], properties: ["id"] });
  const threads = request.add<GetResponse<unknown>>("Thread/get", { accountId, ids: [] });
  const rows = folder && folderList(folder.id, folder.role).askFirst(request, accountId);
  const take = async (answers: Answers) => {
    beginAt(answers.of(emails).state, answers.of(threads).state);
    const found = answers.of(mailbox);
    const same = found.list.some(({ id, role }) => id === folder?.id && role === folder.role);
    // Together: the folders and their rows are drawn once.
    batch(() => {
      if (same) void rows?.(answers).catch(() => undefined);
      putMailboxes(found);
    });
    // What the folders were needed for is on its way before they are drawn.
    if (!same) void currentList.peek()?.fetchRows(0, 0);
  };
  return { accountId, take };
}
