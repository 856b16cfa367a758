import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { mailboxName } from "../mail/names";
import { email } from "../mail/store/emails";
import { mailboxWithRole } from "../mail/store/mailboxes";
import { currentMailbox, openId } from "../mail/view";
import { route } from "./router";

/** The tab's title: what is in view and how many messages wait in the inbox. */
export function useTitle(): void {
  useEffect(
    () =>
      effect(() => {
        const unread = mailboxWithRole("inbox")?.unreadEmails ?? 0;
        document.title = `${unread > 0 ? `(${unread}) ` : ""}${inView()} – Facteur`;
      }),
    [],
  );
}

function inView(): string {
  const now = route.value;
  if (now.page === "settings") return t("settings.title");
  const open = openId.value ? email(openId.value).value : undefined;
  if (open) return open.subject || t("mail.noSubject");
  if (now.page === "search") return t("search.title", { query: now.query });
  return currentMailbox.value ? mailboxName(currentMailbox.value) : t("rail.mail");
}
