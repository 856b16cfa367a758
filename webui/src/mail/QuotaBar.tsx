import { Link } from "../app/Link";
import { foldersOpen } from "../app/layout";
import { formatNumber, t } from "../i18n";
import { operatorNames } from "../search/query";
import { size } from "./format";
import "./QuotaBar.css";
import { mailboxWithRole } from "./store/mailboxes";
import { storage } from "./store/quota";

const warnFrom = 75;
const urgentFrom = 90;
/** What is worth deleting first. */
const largeFrom = "1Mo";

/** How full the mailbox is, and from three quarters on what to do. */
export function QuotaBar() {
  const quota = storage.value;
  if (!quota) return null;
  const percent = Math.min(100, Math.round((quota.used / quota.limit) * 100));
  const level = percent >= urgentFrom ? "urgent" : percent >= warnFrom ? "warn" : "calm";
  const text = t("quota.text", { used: size(quota.used), limit: size(quota.limit) });
  const advice = (mailboxWithRole("trash")?.totalEmails ?? 0) > 0 ? "quota.full" : "quota.fullAndBinEmpty";
  return (
    <div class={`quota quota-${level}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element cannot be coloured alike everywhere */}
      <div
        class="quota-bar"
        role="meter"
        aria-label={t("quota.title")}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={text}
      >
        <span style={{ width: `${percent}%` }} />
      </div>
      <p>{level === "calm" ? text : t(advice, { percent: formatNumber(percent) })}</p>
      {level !== "calm" && (
        <Link
          to={{ page: "search", query: `${operatorNames.larger[0]}:${largeFrom}`, email: null }}
          onClick={() => {
            foldersOpen.value = false;
          }}
        >
          {t("quota.largest")}
        </Link>
      )}
    </div>
  );
}
