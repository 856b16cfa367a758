import { useSignal } from "@preact/signals";
import { CalendarClock, Clock, type IconNode } from "lucide";
import { useRef } from "preact/hooks";
import { t } from "../i18n";
import { shortTime } from "../mail/format";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Menu } from "../ui/Menu";
import { fieldValue, presets } from "./schedule";
import { latest } from "./submit";

type Props = {
  label: string;
  icon: IconNode;
  /** Shows its name beside its icon. */
  wide?: boolean;
  class?: string;
  onChoose: (at: Date) => void;
};

/** Chooses when a message goes: a good time of the next days, or any other. */
export function LaterButton({ label, icon, wide, class: extra, onChoose }: Props) {
  const menu = useSignal(false);
  const dialog = useSignal(false);
  const holder = useRef<HTMLSpanElement>(null);
  const common = {
    "aria-haspopup": "menu" as const,
    "aria-expanded": menu.value,
    class: extra,
    onClick: () => {
      menu.value = !menu.value;
    },
  };
  return (
    <span ref={holder} class="menu-holder">
      {wide ? (
        <Button kind="quiet" icon={icon} {...common}>
          {label}
        </Button>
      ) : (
        <IconButton label={label} icon={icon} {...common} />
      )}
      {menu.value && (
        <Menu
          label={label}
          anchor={holder.current?.querySelector("button") ?? null}
          onClose={() => {
            menu.value = false;
          }}
          items={[
            ...presets(new Date()).map(({ id, text, at }) => ({
              id,
              label: t(text),
              icon: Clock,
              shortcut: shortTime(at.toISOString()),
              run: () => onChoose(at),
            })),
            "rule",
            {
              id: "other",
              label: t("later.other"),
              icon: CalendarClock,
              run: () => {
                dialog.value = true;
              },
            },
          ]}
        />
      )}
      {dialog.value && (
        <LaterDialog
          onChoose={onChoose}
          onClose={() => {
            dialog.value = false;
          }}
        />
      )}
    </span>
  );
}

function LaterDialog({ onChoose, onClose }: { onChoose: (at: Date) => void; onClose: () => void }) {
  const value = useSignal(fieldValue(presets(new Date()).at(-1)?.at ?? new Date()));
  const problem = useSignal("");
  const submit = (event: Event) => {
    event.preventDefault();
    const at = new Date(value.value);
    if (!(at.getTime() > Date.now())) problem.value = t("later.past");
    else if (at > latest()) problem.value = t("later.tooFar");
    else {
      onClose();
      onChoose(at);
    }
  };
  return (
    <Dialog title={t("later.title")} onClose={onClose}>
      <form class="dialog-form" onSubmit={submit} noValidate>
        <Field
          label={t("later.when")}
          type="datetime-local"
          value={value.value}
          min={fieldValue(new Date())}
          max={fieldValue(latest())}
          error={problem.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
            problem.value = "";
          }}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" type="submit">
            {t("later.submit")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
