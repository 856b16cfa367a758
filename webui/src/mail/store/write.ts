import { client } from "../../app/session";
import { type EmailHeader, type Id, invertPatch, ObjectError, type Patch, type SetResponse } from "../../jmap";
import { email, fetchEmails, isUnread, overlay, pieces } from "./emails";
import { adjustCounts } from "./mailboxes";

export type Update = { id: Id; patch: Patch };

/** Sends patches to the server; throws the first that was refused. */
async function send(updates: readonly Update[]): Promise<void> {
  const patches = new Map(updates.map(({ id, patch }) => [id, patch]));
  for (const piece of pieces([...patches.keys()], client.limits.maxObjectsInSet)) {
    const answer = await client.call<SetResponse<EmailHeader>>("Email/set", {
      update: Object.fromEntries(piece.map((id) => [id, patches.get(id)])),
    });
    const [refused] = Object.entries(answer.notUpdated ?? {});
    if (refused)
      throw new ObjectError(
        refused[1].type,
        refused[0],
        refused[1].properties ?? [],
        refused[1].description ?? undefined,
      );
  }
}

function countUnder(
  emails: readonly (EmailHeader | undefined)[],
  sign: number,
  into: Map<Id, { total: number; unread: number }>,
) {
  for (const value of emails) {
    if (!value) continue;
    for (const mailbox of Object.keys(value.mailboxIds)) {
      const change = into.get(mailbox) ?? { total: 0, unread: 0 };
      change.total += sign;
      if (isUnread(value)) change.unread += sign;
      into.set(mailbox, change);
    }
  }
}

/** Takes emails out of the counts of their mailboxes, or with `sign` 1 puts them back. */
export function countOut(emails: readonly EmailHeader[], sign: 1 | -1 = -1): void {
  const changes = new Map<Id, { total: number; unread: number }>();
  countUnder(emails, sign, changes);
  adjustCounts(changes);
}

export type Written = {
  /** The updates that take these back. */
  inverse: Update[];
  /** Settles when the server has said yes; fails, with the screen as before, when it said no. */
  done: Promise<void>;
};

/** Changes emails on the screen at once and on the server behind it. */
export function write(updates: readonly Update[]): Written {
  const before = updates.map(({ id }) => email(id).peek());
  const inverse = updates.map(({ id, patch }, at) => ({ id, patch: invertPatch(before[at] ?? {}, patch) }));
  const ends = updates.map(({ id, patch }) => overlay(id, patch));
  const counts = new Map<Id, { total: number; unread: number }>();
  countUnder(before, -1, counts);
  countUnder(
    updates.map(({ id }) => email(id).peek()),
    1,
    counts,
  );
  adjustCounts(counts);

  const done = send(updates)
    .finally(() => {
      for (const end of ends) end();
    })
    .catch(async (error: unknown) => {
      for (const [at, value] of before.entries()) {
        const update = updates[at];
        if (value && update) email(update.id).value = value;
      }
      adjustCounts(new Map([...counts].map(([id, change]) => [id, { total: -change.total, unread: -change.unread }])));
      await fetchEmails(updates.map(({ id }) => id)).catch(() => undefined);
      throw error;
    });
  return { inverse, done };
}
