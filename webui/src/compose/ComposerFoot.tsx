import { type Signal, useSignal } from "@preact/signals";
import { Clock, Ellipsis, Paperclip, Send, Trash2, Type } from "lucide";
import { useRef } from "preact/hooks";
import { language, t } from "../i18n";
import { Button, IconButton } from "../ui/Button";
import { MenuButton } from "../ui/Menu";
import { attach } from "./attach";
import { isHard, type Question, question } from "./checks";
import { discard } from "./close";
import type { Composition } from "./composition";
import { LaterButton } from "./LaterButton";
import { hasFormat, toPlain, toRich } from "./plain";
import { mayHold } from "./submit";

/** What stands in the way of sending, and when the message was to go. */
export type Asking = { question: Question; at: Date | null };

type Props = {
  composition: Composition;
  asking: Signal<Asking | null>;
  onSend: (at: Date | null) => void;
};

/** Send, attach, throw away; when it was saved; and a question that stands in the way. */
export function ComposerFoot({ composition, asking, onSend }: Props) {
  const losing = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="composer-foot">
      <div role="alert">
        {composition.problem.value && <p class="composer-problem">{composition.problem.value}</p>}
        {asking.value && <Asked composition={composition} asking={asking} onSend={onSend} />}
        {losing.value && (
          <Losing
            composition={composition}
            onDone={() => {
              losing.value = false;
            }}
          />
        )}
      </div>
      <div class="composer-actions">
        <span class="composer-send">
          <Button kind="primary" icon={Send} title={`${t("compose.send")} (Ctrl+↵)`} onClick={() => onSend(null)}>
            {t("compose.send")}
          </Button>
          {mayHold() && <LaterButton label={t("later.label")} icon={Clock} onChoose={onSend} />}
        </span>
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
        <MenuButton
          label={t("compose.more")}
          icon={Ellipsis}
          items={() => [
            composition.plain.value
              ? { id: "rich", label: t("compose.toRich"), icon: Type, run: () => toRich(composition) }
              : {
                  id: "plain",
                  label: t("compose.toPlain"),
                  icon: Type,
                  run: () => {
                    if (hasFormat(composition.html.value)) losing.value = true;
                    else toPlain(composition);
                  },
                },
          ]}
        />
        <IconButton label={t("compose.discard")} icon={Trash2} onClick={() => void discard(composition)} />
      </div>
    </div>
  );
}

function timeOf(date: Date): string {
  return date.toLocaleTimeString(language.value === "en" ? "en-GB" : "fr-FR", { hour: "2-digit", minute: "2-digit" });
}

/** The question, in the place where one has just pressed; answered once. */
function Asked({ composition, asking, onSend }: Props) {
  if (asking.value === null) return null;
  const { question: about, at } = asking.value;
  // What stood in the way may have gone: a file has arrived or was taken out, a subject was written.
  if (question(composition) !== about) return null;
  const sendAnyway = () => {
    composition.asked.add(about);
    onSend(at);
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

/** Plain text would lose something: said before it is lost. */
function Losing({ composition, onDone }: { composition: Composition; onDone: () => void }) {
  return (
    <div class="composer-asked">
      <p>{t("compose.ask.plain")}</p>
      <Button
        kind="quiet"
        onClick={() => {
          toPlain(composition);
          onDone();
        }}
      >
        {t("compose.toPlainDo")}
      </Button>
      <Button kind="quiet" onClick={onDone}>
        {t("ui.cancel")}
      </Button>
    </div>
  );
}
