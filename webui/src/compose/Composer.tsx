import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { useBack } from "../ui/useBack";
import { attach } from "./attach";
import "./Composer.css";
import { ComposerBar } from "./ComposerBar";
import { type Asking, ComposerFoot } from "./ComposerFoot";
import { question } from "./checks";
import { close } from "./close";
import type { Composition } from "./composition";
import { Editor } from "./Editor";
import { Files } from "./Files";
import { Headers } from "./Headers";
import { PlainEditor } from "./PlainEditor";
import { isPicture } from "./pictures";
import { titleOf } from "./prepare";
import { QuoteView } from "./QuoteView";
import { send } from "./send";

type Props = { composition: Composition; phone: boolean };

/** One message that is being written. */
export function Composer({ composition, phone }: Props) {
  const asking = useSignal<Asking | null>(null);
  const over = useSignal(false);
  const panel = useRef<HTMLElement>(null);
  const view = phone ? "full" : composition.view.value;
  const title = titleOf(composition.subject.value, composition.to.value);

  // The fields take the focus when they are drawn; it goes back only if it is still here, not taken from elsewhere.
  const [before] = useState(() => document.activeElement as HTMLElement | null);
  useEffect(
    () => () => {
      if (before?.isConnected && document.activeElement === document.body) before.focus();
    },
    [],
  );

  useBack(phone, () => void close(composition));

  const trySend = (at: Date | null) => {
    const against = question(composition);
    asking.value = against && { question: against, at };
    if (against === null) void send(composition, at);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // The editor takes every Escape for itself; in it, that key still means the composer.
    const inText = (event.target as HTMLElement).closest(".editor-text") !== null;
    if (event.defaultPrevented && !inText) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      trySend(null);
    } else if (event.key === "Escape") {
      event.preventDefault();
      void close(composition);
    }
  };

  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

  return (
    <section
      ref={panel}
      class={`composer composer-${view} ${over.value ? "composer-over" : ""}`}
      role="dialog"
      aria-label={title}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={(event) => {
        if (!panel.current?.contains(event.relatedTarget as Node)) over.value = false;
      }}
      onDrop={(event) => {
        over.value = false;
        if (!hasFiles(event)) return;
        event.preventDefault();
        // A picture that falls on the text goes into it: that is the editor's.
        const inText = (event.target as HTMLElement).closest(".editor-text") !== null;
        attach(
          composition,
          [...(event.dataTransfer?.files ?? [])].filter((file) => !inText || !isPicture(file)),
        );
      }}
    >
      <ComposerBar composition={composition} title={title} phone={phone} />
      {view !== "small" && (
        <>
          <div class="composer-scroll">
            <Headers composition={composition} />
            {composition.plain.value ? (
              <PlainEditor composition={composition} onFiles={(files) => attach(composition, files)} />
            ) : (
              <Editor composition={composition} onFiles={(files) => attach(composition, files)} />
            )}
            <QuoteView composition={composition} />
            <Files composition={composition} />
          </div>
          <ComposerFoot composition={composition} asking={asking} onSend={trySend} />
          {over.value && <p class="composer-drop">{t("compose.drop")}</p>}
        </>
      )}
    </section>
  );
}
