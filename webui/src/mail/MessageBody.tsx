import { ImageOff } from "lucide";
import { useEffect, useMemo, useState } from "preact/hooks";
import { trustedSenders } from "../app/preferences";
import { t } from "../i18n";
import type { EmailBody, EmailBodyPart, EmailHeader } from "../jmap";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Skeleton } from "../ui/Skeleton";
import { HtmlFrame } from "./HtmlFrame";
import { htmlToText } from "./htmlText";
import "./MessageBody.css";
import { PlainText } from "./PlainText";
import { isHtml, isImage, loadSanitiser, safeHtml } from "./safeHtml";

type Props = { value: EmailHeader; body: EmailBody; asText: boolean };

/** What a message says: HTML in its cage, plain text as text. */
export function MessageBody({ value, body, asText }: Props) {
  const cut = Object.values(body.bodyValues).some((text) => text.isTruncated);
  const html = !asText && body.htmlBody.some((part) => isHtml(part) || isImage(part));
  const silent = !html && body.textBody.every((part) => textOf(part, body).trim() === "");
  return (
    <div class="message-body">
      {silent && <p class="message-cut">{isEncrypted(body) ? t("reader.encrypted") : t("reader.noText")}</p>}
      {html ? (
        <HtmlMessage value={value} body={body} />
      ) : (
        body.textBody.map((part) => <PlainText key={part.partId} text={textOf(part, body)} />)
      )}
      {cut && <p class="message-cut">{t("reader.cut")}</p>}
    </div>
  );
}

function textOf(part: EmailBodyPart, body: EmailBody): string {
  const text = body.bodyValues[part.partId ?? ""]?.value ?? "";
  return isHtml(part) ? htmlToText(text) : text;
}

function HtmlMessage({ value, body }: Omit<Props, "asText">) {
  const sender = value.from?.[0]?.email.toLowerCase() ?? "";
  const trusted = sender !== "" && trustedSenders.value.includes(sender);
  const [allowed, setAllowed] = useState(trusted);
  const [hasCode, setHasCode] = useState(false);
  const safe = useMemo(() => safeHtml(body, allowed), [body, allowed, hasCode]);
  useEffect(() => {
    if (!safe) void loadSanitiser().then(() => setHasCode(true));
  }, [safe]);
  if (!safe) return <Skeleton label={t("ui.loading")} />;
  return (
    <>
      {safe.blocked > 0 && !allowed && (
        <div class="remote-bar">
          <Icon of={ImageOff} size={16} />
          <p>{t("remote.blocked", { count: safe.blocked })}</p>
          <Button kind="quiet" onClick={() => setAllowed(true)}>
            {t("remote.show")}
          </Button>
          {sender !== "" && (
            <Button
              kind="quiet"
              onClick={() => {
                trustedSenders.value = [...trustedSenders.value.slice(-499), sender];
                setAllowed(true);
              }}
            >
              {t("remote.always")}
            </Button>
          )}
        </div>
      )}
      <HtmlFrame
        key={String(allowed)}
        safe={safe}
        body={body}
        remote={allowed}
        title={value.subject || t("mail.noSubject")}
      />
    </>
  );
}

/** S/MIME or PGP: the text is in there, and only the right mail program can open it. */
function isEncrypted(body: EmailBody): boolean {
  return body.attachments.some(
    ({ type, name }) =>
      type === "application/pgp-encrypted" || (/^application\/(?:x-)?pkcs7-mime$/.test(type) && name !== "smime.p7s"),
  );
}
