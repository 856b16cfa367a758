import { batch, effect } from "@preact/signals";
import { type Answers, type Call, type GetResponse, type Id, type Mailbox, Request } from "../jmap";
import { prefetchCode } from "../mail/prefetch";
import { beginAt } from "../mail/store/changes";
import { keyOf, mailboxes, putMailboxes } from "../mail/store/mailboxes";
import { loadQuota } from "../mail/store/quota";
import { currentList, folderList } from "../mail/view";
import type { Person } from "./auth";
import { type Memory, recall, remember } from "./memory";
import { route } from "./router";
import { client, phase } from "./session";

const retryAfter = 5000;
type Beginning = { accountId: Id; take: (answers: Answers) => Promise<void> };
type Ahead = { accountId: Id; take: () => Promise<void> };

let ahead: Promise<Ahead | null> | null = null;

/** Asks, while the session is still being asked for, for what the last visit would have needed. */
export function askAhead(): Promise<unknown> {
  const memory = recall();
  if (!memory) return Promise.resolve();
  return ask(memory);
}

/** Asks for the folders of who has just signed in, and for the first rows of the inbox. */
export function askFor({ accountId, inbox }: Person): void {
  const role = "inbox";
  void ask({ apiUrl: "/jmap/api", accountId, folders: inbox ? { [role]: { id: inbox, role } } : {} });
}

function ask(memory: Memory): Promise<unknown> {
  const request = new Request();
  const { accountId, take } = beginning(request, memory.accountId, memory.folders);
  ahead = client.sendAhead(memory.apiUrl, request).then(
    (answers) => answers && { accountId, take: () => take(answers) },
    () => null,
  );
  return ahead;
}

/** Resolves when the first screen has what it needs, and changes can be followed. */
export const begun = new Promise<void>((resolve) => {
  const stop = effect(() => {
    if (phase.value !== "signedIn") return;
    queueMicrotask(() => stop());
    void begin().then(resolve);
  });
});

async function begin(): Promise<void> {
  const early = await ahead;
  ahead = null;
  try {
    if (early?.accountId === client.accountId) await early.take();
  } catch {
    // A guess that no longer holds: asked as if it had not been made.
  }
  while (mailboxes.peek().size === 0) {
    const request = new Request();
    const { take } = beginning(request, client.accountId, {});
    await client
      .send(request)
      .then(take)
      .catch(() => new Promise((resolve) => setTimeout(resolve, retryAfter)));
  }
  remember({
    apiUrl: client.session?.apiUrl ?? "",
    accountId: client.accountId,
    folders: Object.fromEntries(
      [...mailboxes.peek().values()].map((one) => [keyOf(one), { id: one.id, role: one.role }]),
    ),
  });
  void loadQuota().catch(() => undefined);
  prefetchCode();
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
