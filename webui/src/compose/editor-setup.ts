import { Editor } from "@tiptap/core";
import { Blockquote } from "@tiptap/extension-blockquote";
import { Bold } from "@tiptap/extension-bold";
import { BulletList } from "@tiptap/extension-bullet-list";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { History } from "@tiptap/extension-history";
import { Image } from "@tiptap/extension-image";
import { Italic } from "@tiptap/extension-italic";
import { Link } from "@tiptap/extension-link";
import { ListItem } from "@tiptap/extension-list-item";
import { OrderedList } from "@tiptap/extension-ordered-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Strike } from "@tiptap/extension-strike";
import { Text } from "@tiptap/extension-text";
import { Underline } from "@tiptap/extension-underline";

type Options = {
  element: HTMLElement;
  html: string;
  label: string;
  onUpdate: (html: string, text: string) => void;
  /** Called whenever the toolbar may look different. */
  onState: () => void;
  onFiles: (files: Iterable<File>) => void;
};

const extensions = [
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
  Image.configure({ inline: false, allowBase64: false }),
  Link.configure({
    openOnClick: false,
    autolink: true,
    defaultProtocol: "https",
    protocols: ["mailto", "tel"],
    HTMLAttributes: { rel: "noopener noreferrer", target: null },
  }),
];

/** The editor with what a letter needs and nothing else. */
export function createEditor({ element, html, label, onUpdate, onState, onFiles }: Options): Editor {
  return new Editor({
    element,
    extensions,
    content: html,
    injectCSS: false,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-label": label,
        "aria-multiline": "true",
        class: "editor-text",
        spellcheck: "true",
      },
      handlePaste: (_, event) => {
        const files = event.clipboardData?.files;
        if (!files?.length || event.clipboardData?.types.includes("text/html")) return false;
        onFiles(files);
        return true;
      },
      // A file that is dropped on the text is the composer's to attach.
      handleDrop: (_, event) => (event as DragEvent).dataTransfer?.types.includes("Files") ?? false,
    },
    onUpdate: ({ editor }) => onUpdate(editor.getHTML(), editor.getText({ blockSeparator: "\n" })),
    onTransaction: onState,
  });
}
