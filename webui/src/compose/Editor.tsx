import type { Editor as Tiptap } from "@tiptap/core";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Composition } from "./composition";
import "./Editor.css";
import { createEditor } from "./editor-setup";
import { splices } from "./splice";
import { Toolbar } from "./Toolbar";

type Props = { composition: Composition; onFiles: (files: Iterable<File>) => void };

/** The rich-text field. What it holds goes into the composition at every change. */
export function Editor({ composition, onFiles }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Tiptap | null>(null);
  const [, render] = useReducer((count: number) => count + 1, 0);

  useEffect(() => {
    if (!holder.current) return;
    const made = createEditor({
      element: holder.current,
      html: composition.html.peek(),
      label: t("compose.text"),
      onUpdate: (html, text) => {
        composition.html.value = html;
        composition.text.value = text;
      },
      onState: () => render(undefined as never),
      onFiles,
    });
    setEditor(made);
    // An answer begins in its text, a new message with whom it is for.
    if (composition.to.peek().length > 0) made.commands.focus("start");
    return () => made.destroy();
  }, [composition]);

  const splice = splices.value;
  useEffect(() => {
    if (!editor || splice?.key !== composition.key) return;
    splices.value = null;
    editor.chain().insertContentAt(editor.state.doc.content.size, splice.html).focus("start").run();
  }, [editor, splice]);

  return (
    <div class="editor">
      {editor && <Toolbar editor={editor} />}
      <div ref={holder} class="editor-holder" />
    </div>
  );
}
