import { ImageOff } from "lucide";
import { useEffect, useMemo, useState } from "preact/hooks";
import { trustedSenders } from "../app/preferences";
import { t } from "../i18n";
import type { EmailBody, EmailBodyPart, EmailHeader } from "../jmap";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Skeleton } from "../ui/Skeleton";
import { useStateOf } from "../ui/useStateOf";
import { HtmlFrame } from "./HtmlFrame";
import { htmlToText } from "./htmlText";
import "./MessageBody.css";
import { PlainText } from "./PlainText";
import { isHtml, isImage, loadSanitiser, safeHtml } from "./safeHtml";

type Props = { value: EmailHeader; body: EmailBody | null; loading: boolean; asText: boolean };

/** What a message says: HTML in its cage, plain text as text. */
export function MessageBody({ value, body, loading, asText }: Props) {
  const html = body !== null && !asText && body.htmlBody.some((part) => isHtml(part) || isImage(part));
  return (
    <>
      {!body && loading && <Skeleton label={t("ui.loading")} />}
      <div class="message-body" hidden={!body}>
        <HtmlMessage value={value} body={html ? body : null} />
        {body && !html && <TextMessage key={value.id} body={body} />}
        {body && isCut(body) && <p class="message-cut">{t("reader.cut")}</p>}
      </div>
    </>
  );
}

const isCut = (body: EmailBody) => Object.values(body.bodyValues).some((text) => text.isTruncated);

function TextMessage({ body }: { body: EmailBody }) {
  const silent = body.textBody.every((part) => textOf(part, body).trim() === "");
  return (
    <>
      {silent && <p class="message-cut">{isEncrypted(body) ? t("reader.encrypted") : t("reader.noText")}</p>}
      {body.textBody.map((part) => (
        <PlainText key={part.partId} text={textOf(part, body)} />
      ))}
    </>
  );
}

function textOf(part: EmailBodyPart, body: EmailBody): string {
  const text = body.bodyValues[part.partId ?? ""]?.value ?? "";
  return isHtml(part) ? htmlToText(text) : text;
}

/** Without a body the frame of the HTML before stays, out of sight: the next one is shown sooner. */
function HtmlMessage({ value, body }: Pick<Props, "value" | "body">) {
  const sender = value.from?.[0]?.email.toLowerCase() ?? "";
  const trusted = sender !== "" && trustedSenders.value.includes(sender);
  const [allowed, setAllowed] = useStateOf(value.id, () => trusted);
  const [hasCode, setHasCode] = useState(false);
  const safe = useMemo(() => body && safeHtml(body, allowed), [body, allowed, hasCode]);
  useEffect(() => {
    if (body && !safe) void loadSanitiser().then(() => setHasCode(true));
  }, [body, safe]);
  return (
    <>
      {body && !safe && <Skeleton label={t("ui.loading")} />}
      {safe && safe.blocked > 0 && !allowed && (
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
