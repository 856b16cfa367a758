import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Composition } from "./composition";
import "./Editor.css";
import { splices } from "./splice";

/** The field of a message in plain text: it grows with what it holds. */
export function PlainEditor({ composition, onFiles }: { composition: Composition; onFiles: (files: File[]) => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = composition.text.value;

  useEffect(() => {
    if (composition.to.peek().length === 0 || !field.current) return;
    field.current.focus();
    field.current.setSelectionRange(0, 0);
  }, [composition]);

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  const splice = splices.value;
  useEffect(() => {
    if (splice?.key !== composition.key) return;
    splices.value = null;
    composition.text.value = `${composition.text.peek().trimEnd()}\n\n${splice.text}`;
  }, [splice]);

  return (
    <div class="editor">
      <textarea
        ref={field}
        class="editor-plain"
        aria-label={t("compose.text")}
        spellcheck
        value={text}
        onInput={(event) => {
          composition.text.value = event.currentTarget.value;
        }}
        onPaste={(event) => {
          const files = [...(event.clipboardData?.files ?? [])];
          if (files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
          event.preventDefault();
          onFiles(files);
        }}
      />
    </div>
  );
}
