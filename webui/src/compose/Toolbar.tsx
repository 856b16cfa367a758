import { useSignal } from "@preact/signals";
import type { Editor } from "@tiptap/core";
import {
  Bold,
  Heading2,
  type IconNode,
  ImagePlus,
  Italic,
  Link2,
  List,
  ListOrdered,
  Quote,
  RemoveFormatting,
  Strikethrough,
  Underline,
} from "lucide";
import { useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button, IconButton } from "../ui/Button";

type Tool = { id: string; label: string; icon: IconNode; shortcut?: string; active: boolean; run: () => void };

/** Formats; one stop for Tab, arrows move within (the pattern of a toolbar). */
export function Toolbar({ editor, onPictures }: { editor: Editor; onPictures: (files: File[]) => void }) {
  const picture = useRef<HTMLInputElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const linking = useSignal(false);
  const chain = () => editor.chain().focus();
  const tools: Tool[] = [
    {
      id: "bold",
      label: t("format.bold"),
      icon: Bold,
      shortcut: "Ctrl+B",
      active: editor.isActive("bold"),
      run: () => chain().toggleBold().run(),
    },
    {
      id: "italic",
      label: t("format.italic"),
      icon: Italic,
      shortcut: "Ctrl+I",
      active: editor.isActive("italic"),
      run: () => chain().toggleItalic().run(),
    },
    {
      id: "underline",
      label: t("format.underline"),
      icon: Underline,
      shortcut: "Ctrl+U",
      active: editor.isActive("underline"),
      run: () => chain().toggleUnderline().run(),
    },
    {
      id: "strike",
      label: t("format.strike"),
      icon: Strikethrough,
      active: editor.isActive("strike"),
      run: () => chain().toggleStrike().run(),
    },
    {
      id: "heading",
      label: t("format.heading"),
      icon: Heading2,
      active: editor.isActive("heading"),
      run: () => chain().toggleHeading({ level: 2 }).run(),
    },
    {
      id: "bullets",
      label: t("format.bullets"),
      icon: List,
      active: editor.isActive("bulletList"),
      run: () => chain().toggleBulletList().run(),
    },
    {
      id: "numbers",
      label: t("format.numbers"),
      icon: ListOrdered,
      active: editor.isActive("orderedList"),
      run: () => chain().toggleOrderedList().run(),
    },
    {
      id: "quote",
      label: t("format.quote"),
      icon: Quote,
      active: editor.isActive("blockquote"),
      run: () => chain().toggleBlockquote().run(),
    },
    {
      id: "link",
      label: t("format.link"),
      icon: Link2,
      active: editor.isActive("link"),
      run: () => {
        linking.value = !linking.value;
      },
    },
    {
      id: "picture",
      label: t("format.picture"),
      icon: ImagePlus,
      active: false,
      run: () => picture.current?.click(),
    },
    {
      id: "clear",
      label: t("format.clear"),
      icon: RemoveFormatting,
      active: false,
      run: () => chain().unsetAllMarks().clearNodes().run(),
    },
  ];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const buttons = [...(bar.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const next = (at + (event.key === "ArrowRight" ? 1 : -1) + buttons.length) % buttons.length;
    event.preventDefault();
    for (const [index, button] of buttons.entries()) button.tabIndex = index === next ? 0 : -1;
    buttons[next]?.focus();
  };
  return (
    <>
      <div ref={bar} class="toolbar" role="toolbar" aria-label={t("format.title")} tabIndex={-1} onKeyDown={onKeyDown}>
        {tools.map((tool, index) => (
          <IconButton
            key={tool.id}
            label={tool.label}
            icon={tool.icon}
            size={16}
            shortcut={tool.shortcut}
            aria-pressed={tool.active}
            tabIndex={index === 0 ? 0 : -1}
            onClick={tool.run}
          />
        ))}
      </div>
      <input
        ref={picture}
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp"
        multiple
        hidden
        aria-label={t("format.picture")}
        onChange={(event) => {
          onPictures([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      {linking.value && (
        <LinkForm
          editor={editor}
          onDone={() => {
            linking.value = false;
          }}
        />
      )}
    </>
  );
}

function LinkForm({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  const href = useSignal(String(editor.getAttributes("link").href ?? ""));
  const apply = () => {
    const wanted = href.value.trim();
    const chain = editor.chain().focus().extendMarkRange("link");
    if (!wanted) chain.unsetLink().run();
    else {
      const target = /^(?:https?:|mailto:|tel:)/i.test(wanted)
        ? wanted
        : wanted.includes("@")
          ? `mailto:${wanted}`
          : `https://${wanted}`;
      if (editor.state.selection.empty && !editor.isActive("link"))
        chain.insertContent({ type: "text", text: wanted, marks: [{ type: "link", attrs: { href: target } }] }).run();
      else chain.setLink({ href: target }).run();
    }
    onDone();
  };
  return (
    <div class="link-form">
      <input
        class="input"
        // biome-ignore lint/a11y/noAutofocus: it has just been asked for
        autoFocus
        aria-label={t("format.linkTo")}
        placeholder={t("format.linkTo")}
        value={href.value}
        onInput={(event) => {
          href.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") apply();
          else if (event.key === "Escape") onDone();
          else return;
          event.preventDefault();
        }}
      />
      <Button onClick={apply}>{t("format.linkApply")}</Button>
    </div>
  );
}
