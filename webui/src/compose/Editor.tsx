import type { Editor as Tiptap } from "@tiptap/core";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { attachPicture } from "./attach";
import type { Composition } from "./composition";
import "./Editor.css";
import { createEditor, prune } from "./editor-setup";
import { pictureUrl, widthOf } from "./pictures";
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
      composition,
      label: t("compose.text"),
      onUpdate: (html, text) => {
        composition.html.value = html;
        composition.text.value = text;
        prune(made, knownPictures(composition));
      },
      onState: () => render(undefined as never),
      onFiles,
      onPictures: (files, at) => void insertPictures(made, composition, files, at),
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

  const known = knownPictures(composition);
  const knownKey = [...known].join();
  useEffect(() => {
    if (editor) prune(editor, known);
  }, [editor, knownKey]);

  return (
    <div class="editor">
      {editor && (
        <Toolbar editor={editor} onPictures={(files) => void insertPictures(editor, composition, files, null)} />
      )}
      <div ref={holder} class="editor-holder" />
    </div>
  );
}

function knownPictures(composition: Composition): Set<string> {
  return new Set(composition.attachments.value.flatMap(({ cid }) => (cid === null ? [] : [cid])));
}

async function insertPictures(editor: Tiptap, composition: Composition, files: readonly File[], at: number | null) {
  for (const file of files) {
    const cid = attachPicture(composition, file);
    if (cid === null) continue;
    const url = await pictureUrl(composition, cid);
    const width = url ? await widthOf(url) : null;
    if (editor.isDestroyed) return;
    const picture = {
      type: "image",
      attrs: { src: `cid:${cid}`, alt: file.name.replace(/\.\w+$/, ""), width },
    };
    const chain = editor.chain().focus();
    (at === null ? chain.insertContent(picture) : chain.insertContentAt(at, picture)).run();
  }
}
