import { Editor } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { BulletList } from "@tiptap/extension-bullet-list";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { History } from "@tiptap/extension-history";
import { Italic } from "@tiptap/extension-italic";
import { Link } from "@tiptap/extension-link";
import { ListItem } from "@tiptap/extension-list-item";
import { OrderedList } from "@tiptap/extension-ordered-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Strike } from "@tiptap/extension-strike";
import { Text } from "@tiptap/extension-text";
import { Underline } from "@tiptap/extension-underline";
import { DOMSerializer } from "@tiptap/pm/model";
import type { Composition } from "./composition";
import { pictureNode, withSources } from "./picture-node";
import { isPicture } from "./pictures";

type Options = {
  element: HTMLElement;
  composition: Composition;
  label: string;
  onUpdate: (html: string, text: string) => void;
  /** Called whenever the toolbar may look different. */
  onState: () => void;
  /** Files that were pasted and go beside the text. */
  onFiles: (files: File[]) => void;
  /** Pictures that were pasted or dropped at a place of the text; null: where the cursor is. */
  onPictures: (files: File[], position: number | null) => void;
};

const extensions = (composition: Composition) => [
  Document,
  Paragraph,
  Text,
  // Ctrl+Enter sends: only Shift+Enter breaks a line.
  HardBreak.extend({
    addKeyboardShortcuts() {
      return { "Shift-Enter": () => this.editor.commands.setHardBreak() };
    },
  }),
  Bold,
  Italic,
  Underline,
  Strike,
  Heading.configure({ levels: [2, 3] }),
  BulletList,
  OrderedList,
  ListItem,
  Blockquote,
  History,
  pictureNode(composition),
  Link.configure({
    openOnClick: false,
    autolink: true,
    defaultProtocol: "https",
    protocols: ["mailto", "tel"],
    HTMLAttributes: { rel: "noopener noreferrer", target: null },
  }),
];

/** The editor with what a letter needs and nothing else. */
export function createEditor(options: Options): Editor {
  const { element, composition, label, onUpdate, onState, onFiles, onPictures } = options;
  const made: Editor = new Editor({
    element,
    extensions: extensions(composition),
    content: composition.html.peek(),
    injectCSS: false,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-label": label,
        "aria-multiline": "true",
        class: "editor-text",
        spellcheck: "true",
      },
      // A press beside the words of a signature means the blank line above it, where one begins to write.
      handleClick: (view, _, event) => {
        const beside = event.target === view.dom && view.state.doc === untouched;
        if (beside) made.commands.focus("start");
        return beside;
      },
      handlePaste: (_, event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length === 0 || hasText(event.clipboardData?.getData("text/html") ?? "")) return false;
        const pictures = files.filter(isPicture);
        if (pictures.length > 0) onPictures(pictures, null);
        if (pictures.length < files.length) onFiles(files.filter((file) => !isPicture(file)));
        return true;
      },
      // Other files that are dropped on the text are the composer's to attach.
      handleDrop: (view, event) => {
        const dropped = event as DragEvent;
        if (!dropped.dataTransfer?.types.includes("Files")) return false;
        const pictures = [...dropped.dataTransfer.files].filter(isPicture);
        const at = view.posAtCoords({ left: dropped.clientX, top: dropped.clientY });
        if (pictures.length > 0) onPictures(pictures, at?.pos ?? null);
        return true;
      },
    },
    onUpdate: ({ editor }) => onUpdate(htmlOf(editor), editor.getText({ blockSeparator: "\n" })),
    onTransaction: onState,
  });
  const untouched = made.state.doc;
  return made;
}

/** As editor.getHTML, but made in a document of no window: there nobody tries to fetch "cid:…". */
function htmlOf({ state }: Editor): string {
  const inert = document.implementation.createHTMLDocument("");
  DOMSerializer.fromSchema(state.schema).serializeFragment(state.doc.content, { document: inert }, inert.body);
  return withSources(inert.body);
}

/** Office programs paste a picture of what they paste as text; browsers paste HTML of a picture that is copied. */
function hasText(html: string): boolean {
  return (new DOMParser().parseFromString(html, "text/html").body.textContent ?? "").trim() !== "";
}

/** Takes out pictures that the message does not have, as when they were pasted from another one. */
export function prune(editor: Editor, known: ReadonlySet<string>): void {
  const gone: { from: number; to: number }[] = [];
  editor.state.doc.descendants((node, from) => {
    const source = String(node.attrs.src ?? "");
    if (node.type.name === "image" && /^cid:/i.test(source) && !known.has(source.slice(4)))
      gone.push({ from, to: from + node.nodeSize });
  });
  if (gone.length === 0) return;
  const change = editor.state.tr;
  for (const { from, to } of gone.reverse()) change.delete(from, to);
  editor.view.dispatch(change);
}
