import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { IconButton } from "./Button";
import "./Dialog.css";

type Props = {
  title: string;
  children: ComponentChildren;
  onClose?: () => void;
  wide?: boolean;
};

/** The browser's own dialog: it keeps the focus inside, gives it back, and Escape closes it. */
export function Dialog({ title, children, onClose, wide }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the next key comes: it must not be taken for a shortcut of the page.
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement as HTMLElement | null;
    if (element && !element.open) {
      element.showModal();
      // Who is asked for something types at once; the browser would begin with the button that closes.
      element.querySelector<HTMLElement>("input, select, textarea")?.focus();
    }
    return () => {
      element?.close();
      before?.focus?.();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => event.target === dialog.current && onClose?.()}
    >
      <div class="dialog-body">
        <div class="dialog-head">
          <h2 id={heading}>{title}</h2>
          {onClose && <IconButton label={t("ui.close")} icon={X} onClick={onClose} />}
        </div>
        {children}
      </div>
    </dialog>
  );
}
