import { client } from "../app/session";
import { t } from "../i18n";
import { type Id, type Mailbox, ObjectError, type SetResponse } from "../jmap";
import { mailboxWithRole, syncMailboxes } from "../mail/store/mailboxes";

/** Where what waits to be sent lies; made the first time. The server moves it on to "sent" when its time comes. */
export async function scheduledMailbox(): Promise<Id> {
  const found = mailboxWithRole("scheduled");
  if (found) return found.id;
  // The plain name may be a folder of one's own already.
  const name = t("folder.scheduled");
  for (const tried of [name, `${name} (2)`]) {
    const answer = await client.call<SetResponse<Mailbox>>("Mailbox/set", {
      create: { scheduled: { name: tried, role: "scheduled" } },
    });
    const id = answer.created?.scheduled?.id;
    await syncMailboxes();
    if (id) return id;
    // Another tab may have made it meanwhile.
    const made = mailboxWithRole("scheduled");
    if (made) return made.id;
  }
  throw new ObjectError("forbidden", name);
}
