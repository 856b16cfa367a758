import type { Signal } from "@preact/signals";
import { Paperclip, Send, Trash2 } from "lucide";
import { useRef } from "preact/hooks";
import { language, t } from "../i18n";
import { Button, IconButton } from "../ui/Button";
import { attach } from "./attach";
import { isHard, type Question } from "./checks";
import { discard } from "./close";
import type { Composition } from "./composition";
import { send } from "./send";

type Props = { composition: Composition; asking: Signal<Question | null>; onSend: () => void };

/** Send, attach, throw away; when it was saved; and a question that stands in the way. */
export function ComposerFoot({ composition, asking, onSend }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="composer-foot">
      <div role="alert">
        {composition.problem.value && <p class="composer-problem">{composition.problem.value}</p>}
        {asking.value && <Asked composition={composition} asking={asking} />}
      </div>
      <div class="composer-actions">
        <Button kind="primary" icon={Send} title={`${t("compose.send")} (Ctrl+↵)`} onClick={onSend}>
          {t("compose.send")}
        </Button>
        <IconButton label={t("compose.attach")} icon={Paperclip} onClick={() => input.current?.click()} />
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t("compose.attach")}
          onChange={(event) => {
            attach(composition, event.currentTarget.files ?? []);
            event.currentTarget.value = "";
          }}
        />
        <p class="composer-saved" role="status">
          {composition.savedAt.value && t("compose.savedAt", { time: timeOf(composition.savedAt.value) })}
        </p>
        <IconButton label={t("compose.discard")} icon={Trash2} onClick={() => void discard(composition)} />
      </div>
    </div>
  );
}

function timeOf(date: Date): string {
  return date.toLocaleTimeString(language.value === "en" ? "en-GB" : "fr-FR", { hour: "2-digit", minute: "2-digit" });
}

/** The question, in the place where one has just pressed; answered once. */
function Asked({ composition, asking }: Omit<Props, "onSend">) {
  const about = asking.value;
  if (about === null) return null;
  const sendAnyway = () => {
    composition.asked.add(about);
    asking.value = null;
    void send(composition);
  };
  return (
    <div class="composer-asked">
      <p>{t(`compose.ask.${about}`)}</p>
      {!isHard(about) && (
        <Button kind="quiet" onClick={sendAnyway}>
          {t("compose.sendAnyway")}
        </Button>
      )}
      {about === "many" && (
        <Button
          kind="quiet"
          onClick={() => {
            composition.bcc.value = [...composition.bcc.value, ...composition.to.value];
            composition.to.value = [];
            asking.value = null;
          }}
        >
          {t("compose.toBcc")}
        </Button>
      )}
    </div>
  );
}
