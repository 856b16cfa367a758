import { ChevronDown, ChevronUp, TriangleAlert } from "lucide";
import type { ComponentChildren } from "preact";
import { layout } from "../app/layout";
import { ownDomain } from "../app/session";
import { t } from "../i18n";
import type { EmailAddress, EmailBody, EmailHeader } from "../jmap";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { useStateOf } from "../ui/useStateOf";
import { AddressButton } from "./AddressButton";
import { disagreement, isOutside } from "./addresses";
import { displayName, longTime, mediumTime, shortTime } from "./format";
import "./MessageHead.css";

type Props = { value: EmailHeader; body: EmailBody | null; onFold?: () => void; menu: ComponentChildren };

/** Who wrote to whom and when; the rest on demand. */
export function MessageHead({ value, body, onFold, menu }: Props) {
  const [details, setDetails] = useStateOf(value.id, () => false);
  const author = value.from?.[0];
  const name = author ? displayName(author) : t("list.noSender");
  const other = author ? disagreement(author) : null;
  const phone = layout.value === "phone";
  const when = (
    <time dateTime={value.receivedAt} title={longTime(value.receivedAt)}>
      {phone ? shortTime(value.receivedAt) : mediumTime(value.receivedAt)}
    </time>
  );
  return (
    <header class="message-head">
      <Avatar name={name} address={author?.email ?? ""} />
      <div class="message-who">
        <p class="message-author">
          {author ? <AddressButton address={author} strong /> : name}
          {author && isOutside(author, ownDomain.value) && <span class="outside">{t("reader.outside")}</span>}
        </p>
        <p class="message-to">
          {phone && (
            <>
              {when}
              <span aria-hidden="true">·</span>
            </>
          )}
          <span class="ellipsis">
            {t("reader.to", { names: recipients([...(value.to ?? []), ...(body?.cc ?? [])]) })}
          </span>
          <button
            type="button"
            class="details-button"
            aria-expanded={details}
            aria-label={t("reader.details")}
            onClick={() => setDetails(!details)}
          >
            <Icon of={details ? ChevronUp : ChevronDown} size={16} />
          </button>
        </p>
      </div>
      <div class="message-tools">
        {!phone && when}
        {onFold && (
          <button type="button" class="icon-button" aria-expanded="true" aria-label={t("reader.fold")} onClick={onFold}>
            <Icon of={ChevronUp} />
          </button>
        )}
        {menu}
      </div>
      {details && <Details value={value} body={body} />}
      {other && (
        <p class="message-warning" role="note">
          <Icon of={TriangleAlert} size={16} />
          {t("reader.disagree", { shown: other, real: author?.email ?? "" })}
        </p>
      )}
    </header>
  );
}

function recipients(addresses: readonly EmailAddress[]): string {
  if (addresses.length === 0) return t("list.noRecipient");
  const names = addresses.slice(0, 3).map(displayName).join(", ");
  return addresses.length > 3 ? t("reader.andMore", { names, count: addresses.length - 3 }) : names;
}

function Details({ value, body }: { value: EmailHeader; body: EmailBody | null }) {
  const lines: [string, EmailAddress[] | null | undefined][] = [
    [t("address.from"), value.from],
    [t("address.replyTo"), body?.replyTo],
    [t("address.to"), value.to],
    [t("address.cc"), body?.cc],
    [t("address.bcc"), body?.bcc],
  ];
  return (
    <dl class="message-details">
      {lines.map(([label, addresses]) =>
        addresses && addresses.length > 0 ? (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {addresses.map((address) => (
                <AddressButton key={address.email + address.name} address={address} full />
              ))}
            </dd>
          </div>
        ) : null,
      )}
      <div>
        <dt>{t("reader.date")}</dt>
        <dd>{longTime(value.sentAt ?? value.receivedAt)}</dd>
      </div>
    </dl>
  );
}
