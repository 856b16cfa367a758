import { client } from "../app/session";
import { t } from "../i18n";
import type { EmailHeader, GetResponse, Id, Mailbox, QueryResponse, SetResponse } from "../jmap";
import { ObjectError, pathName, Request } from "../jmap";
import { showToast } from "../ui/toast";
import { failed, leaveList } from "./actions";
import { emailsOf, movable } from "./store/targets";
import { countOut } from "./store/write";
import { currentList, currentMailbox, refreshLists } from "./view";

/** What is about to go for good; it goes when its toast does, or when the page does. */
const waiting = new Set<() => void>();

window.addEventListener("pagehide", () => {
  for (const go of waiting) go();
});

function afterToast(text: string, go: (leaving: boolean) => Promise<void>, back: () => void): void {
  const leave = () => {
    waiting.delete(leave);
    void go(true);
  };
  waiting.add(leave);
  const settle = () => waiting.delete(leave);
  showToast({
    text,
    action: {
      label: t("action.undo"),
      run: () => {
        settle();
        back();
      },
    },
    onGone: () => {
      if (!waiting.has(leave)) return;
      settle();
      void go(false);
    },
  });
}

/** Deletes for good what lies in the folder in view. A message that is filed elsewhere too only leaves this folder. */
export async function destroy(rows: readonly Id[]): Promise<void> {
  const here = currentMailbox.peek();
  if (!here || rows.length === 0) return;
  try {
    const emails = movable(await emailsOf(rows));
    const release = leaveList(rows);
    countOut(emails);
    afterToast(
      t("action.destroyed", { count: rows.length }),
      (leaving) => destroyNow(emails, here, leaving).catch(failed).finally(release),
      () => {
        countOut(emails, 1);
        release();
        refreshLists();
      },
    );
  } catch (error) {
    failed(error);
  }
}

async function destroyNow(emails: readonly EmailHeader[], from: Mailbox, keepalive: boolean): Promise<void> {
  for (let at = 0; at < emails.length; at += 100) {
    const request = new Request();
    const piece = emails.slice(at, at + 100);
    const call = request.add<SetResponse<EmailHeader>>("Email/set", {
      accountId: client.accountId,
      ...removal(piece, from),
    });
    const answer = (await client.send(request, { keepalive })).of(call);
    const refused = Object.entries({ ...answer.notDestroyed, ...answer.notUpdated })[0];
    if (refused && refused[1].type !== "notFound") throw new ObjectError(refused[1].type, refused[0]);
  }
}

function removal(emails: readonly Pick<EmailHeader, "id" | "mailboxIds">[], from: Mailbox) {
  const elsewhere = emails.filter(({ mailboxIds }) => Object.keys(mailboxIds).some((id) => id !== from.id));
  return {
    destroy: emails.filter((value) => !elsewhere.includes(value)).map(({ id }) => id),
    update: Object.fromEntries(elsewhere.map(({ id }) => [id, { [`mailboxIds/${pathName(from.id)}`]: null }])),
  };
}

/** Empties the bin or the junk folder, all of it, whatever is on the screen. */
export function emptyMailbox(mailbox: Mailbox): void {
  const list = currentMailbox.peek()?.id === mailbox.id ? currentList.peek() : null;
  list?.hold(null);
  afterToast(
    t("action.emptied", { count: mailbox.totalEmails }),
    () =>
      emptyNow(mailbox)
        .catch(failed)
        .finally(() => {
          list?.release();
          refreshLists();
        }),
    () => {
      list?.release();
      refreshLists();
    },
  );
}

async function emptyNow(mailbox: Mailbox): Promise<void> {
  const accountId = client.accountId;
  const limit = Math.min(client.limits.maxObjectsInSet, 200);
  // What arrives while we work stays: only what was there at the beginning goes.
  const before = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  for (;;) {
    const request = new Request();
    const query = request.add<QueryResponse>("Email/query", {
      accountId,
      filter: { inMailbox: mailbox.id, before },
      limit,
    });
    const get = request.add<GetResponse<Pick<EmailHeader, "id" | "mailboxIds">>>("Email/get", {
      accountId,
      "#ids": query.ref("/ids"),
      properties: ["id", "mailboxIds"],
    });
    const emails = (await client.send(request)).of(get).list;
    if (emails.length === 0) return;
    const answer = await client.call<SetResponse<EmailHeader>>("Email/set", removal(emails, mailbox));
    const refused = Object.entries({ ...answer.notDestroyed, ...answer.notUpdated })[0];
    if (refused && refused[1].type !== "notFound") throw new ObjectError(refused[1].type, refused[0]);
  }
}
