import { Pencil, X } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { HtmlFrame } from "../mail/HtmlFrame";
import type { SafeHtml } from "../mail/sanitise";
import { Button } from "../ui/Button";
import type { Composition } from "./composition";
import { splice } from "./splice";

const noBody = {
  id: "",
  sender: null,
  replyTo: null,
  cc: null,
  bcc: null,
  messageId: null,
  inReplyTo: null,
  references: null,
  textBody: [],
  htmlBody: [],
  bodyValues: {},
};

/** The message that goes under what is written: folded, as it was, unless it is wanted in the editor. */
export function QuoteView({ composition }: { composition: Composition }) {
  const quote = composition.quote.value;
  const plain = composition.plain.value;
  const [safe, setSafe] = useState<SafeHtml | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!quote || !open || plain) return;
    void import("../mail/sanitise").then(({ sanitise }) => setSafe(sanitise(quote.html, { remote: false })));
  }, [quote, open, plain]);
  if (!quote) return null;
  const images = composition.attachments.value.map((file) => ({
    partId: null,
    blobId: file.blobId,
    size: file.size,
    name: file.name,
    type: file.type,
    charset: null,
    disposition: null,
    cid: file.cid,
  }));
  return (
    <details
      class="composer-quote"
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary class="quote-toggle">{quote.forward ? t("compose.forwardedText") : t("reader.quoted")}</summary>
      <div class="composer-quote-actions">
        <Button
          kind="quiet"
          icon={Pencil}
          onClick={() => {
            splice(composition, quote);
          }}
        >
          {t("compose.editQuote")}
        </Button>
        <Button
          kind="quiet"
          icon={X}
          onClick={() => {
            composition.quote.value = null;
          }}
        >
          {t("compose.removeQuote")}
        </Button>
      </div>
      <p class="composer-attribution">{quote.attribution}</p>
      {plain && <p class="plain">{quote.text}</p>}
      {safe && !plain && (
        <HtmlFrame safe={safe} body={{ ...noBody, attachments: images }} remote={false} title={t("reader.quoted")} />
      )}
    </details>
  );
}
