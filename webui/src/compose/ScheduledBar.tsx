import { useSignal } from "@preact/signals";
import { CalendarClock, Clock, PenLine, Send, Undo2 } from "lucide";
import { t } from "../i18n";
import type { EmailHeader } from "../jmap";
import { dueTime } from "../mail/format";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { LaterButton } from "./LaterButton";
import "./ScheduledBar.css";
import { cancel, edit, resend } from "./scheduled";

/** Over a message that waits for its time: when it goes, and what can still be done. */
export function ScheduledBar({ value }: { value: EmailHeader }) {
  const busy = useSignal(false);
  const act = (work: () => Promise<void>) => {
    if (busy.value) return;
    busy.value = true;
    void work().finally(() => {
      busy.value = false;
    });
  };
  return (
    <div class="scheduled-bar">
      <p>
        <Icon of={Clock} size={16} />
        {t("scheduled.when", { time: dueTime(new Date(value.receivedAt)) })}
      </p>
      <div class="scheduled-actions">
        <Button kind="quiet" icon={Send} onClick={() => act(() => resend(value.id, null))}>
          {t("scheduled.now")}
        </Button>
        <LaterButton
          wide
          label={t("scheduled.change")}
          icon={CalendarClock}
          onChoose={(at) => act(() => resend(value.id, at))}
        />
        <Button kind="quiet" icon={PenLine} onClick={() => act(() => edit(value.id))}>
          {t("scheduled.edit")}
        </Button>
        <Button kind="quiet" icon={Undo2} onClick={() => act(() => cancel([value.id]))}>
          {t("scheduled.cancel")}
        </Button>
      </div>
    </div>
  );
}
