import { Clock, MailCheck, Send, TriangleAlert } from "lucide";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import type { DeliveryStatus, Id } from "../jmap";
import { Icon } from "../ui/Icon";
import { useStateOf } from "../ui/useStateOf";
import "./DeliveryBar.css";
import { type Fate, fateOf, sumOf } from "./delivery";
import { dueTime } from "./format";
import { type Recipient, recipientsOf, submissionsChanged } from "./store/submissions";

const icons = { failed: TriangleAlert, waiting: Clock, sending: Send, delivered: MailCheck };
/** Those whose server's own words help whoever is asked for help. */
const quiet: readonly Fate[] = ["delivered", "relayed", "sending"];

/** Over a sent message: whether it has arrived, and where not, why and what to do. Follows what the server tells. */
export function DeliveryBar({ id }: { id: Id }) {
  const [recipients, setRecipients] = useStateOf<Recipient[]>(id, () => []);
  const changed = submissionsChanged.value;
  useEffect(() => {
    // Without an answer nothing is said; the next change asks again.
    recipientsOf(id).then(setRecipients, () => undefined);
  }, [id, changed]);
  if (recipients.length === 0) return null;
  const fates = recipients.map(({ status }) => fateOf(status));
  const { kind, count } = sumOf(fates);
  return (
    <details class={`delivery delivery-${kind}`} open={kind === "failed" || kind === "waiting"}>
      <summary>
        <Icon of={icons[kind]} size={16} />
        <span role="status">{t(`delivery.sum.${kind}`, { count, total: recipients.length })}</span>
      </summary>
      <ul aria-label={t("delivery.recipients")}>
        {recipients.map(({ address, status }, at) => {
          const fate = fates[at] as Fate;
          return (
            <li key={address}>
              <span class="delivery-address">{address}</span>
              <span>{fateText(fate, address, status.changedAt)}</span>
              {!quiet.includes(fate) && <span class="delivery-reply">{replyText(status)}</span>}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function fateText(fate: Fate, address: string, changedAt: string | undefined): string {
  const domain = address.split("@")[1] ?? address;
  if (changedAt && (fate === "delivered" || fate === "relayed"))
    return t(`delivery.${fate}At`, { domain, time: dueTime(new Date(changedAt)) });
  return t(`delivery.${fate}`, { domain });
}

function replyText({ smtpReply: reply, changedAt }: DeliveryStatus): string {
  if (!changedAt) return t("delivery.reply", { reply });
  return t("delivery.replyAt", { reply, time: dueTime(new Date(changedAt)) });
}
