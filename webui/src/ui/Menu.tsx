import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import "./Menu.css";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

export type MenuItem = {
  id: string;
  label: string;
  icon?: IconNode;
  shortcut?: string;
  danger?: boolean;
  checked?: boolean;
  disabled?: boolean;
  run: () => void;
};

type MenuProps = { label: string; items: (MenuItem | "rule")[]; onClose: () => void; anchor: HTMLElement | null };

/** The open list of a menu: arrows, first letters, Home, End, Escape; focus goes back to where it came from. */
export function Menu({ label, items, onClose, anchor }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);

  useLayoutEffect(() => {
    const box = list.current?.getBoundingClientRect();
    const from = anchor?.getBoundingClientRect();
    if (!box || !from) return;
    const below = from.bottom + 4 + box.height <= window.innerHeight;
    setPlace({
      left: Math.max(8, Math.min(from.left, window.innerWidth - box.width - 8)),
      top: below ? from.bottom + 4 : Math.max(8, from.top - box.height - 4),
    });
  }, [anchor]);

  // Only once it is in its place: what is hidden takes no focus.
  useLayoutEffect(() => {
    if (place) list.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
  }, [place]);

  useEffect(() => {
    const outside = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !anchor?.contains(target)) onClose();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [anchor, onClose]);

  const onKeyDown = (event: KeyboardEvent) => {
    const entries = [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]:not([aria-disabled])") ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const go = (to: number) => entries[(to + entries.length) % entries.length]?.focus();
    event.stopPropagation();
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(-1);
    else if (event.key === "Escape" || event.key === "Tab") {
      onClose();
      anchor?.focus();
    } else if (event.key.length === 1 && event.key !== " ") {
      const letter = event.key.toLocaleLowerCase();
      const ordered = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
      ordered.find((entry) => entry.textContent?.trim().toLocaleLowerCase().startsWith(letter))?.focus();
      return;
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={list}
      class="menu"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      style={place ? { left: `${place.left}px`, top: `${place.top}px` } : { visibility: "hidden" }}
      onKeyDown={onKeyDown}
    >
      {items.map((item, index) =>
        item === "rule" ? (
          <hr key={index} />
        ) : (
          // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is menuitemradio then
          <button
            key={item.id}
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemradio"}
            aria-checked={item.checked}
            aria-disabled={item.disabled || undefined}
            class={item.danger ? "menu-item menu-danger" : "menu-item"}
            tabIndex={-1}
            onClick={() => {
              if (item.disabled) return;
              onClose();
              anchor?.focus();
              item.run();
            }}
          >
            {item.icon ? <Icon of={item.icon} size={16} /> : <span class="menu-space" />}
            <span class="ellipsis">{item.label}</span>
            {item.shortcut && <kbd>{item.shortcut}</kbd>}
          </button>
        ),
      )}
    </div>
  );
}

type MenuButtonProps = {
  label: string;
  icon: IconNode;
  /** Shown instead of the icon. */
  children?: ComponentChildren;
  items: () => (MenuItem | "rule")[];
  shortcut?: string;
  class?: string;
};

export function MenuButton({ label, icon, items, shortcut, class: extra, children }: MenuButtonProps) {
  const [open, setOpen] = useState(false);
  const holder = useRef<HTMLSpanElement>(null);
  const id = useId();
  return (
    <span ref={holder} class="menu-holder">
      <IconButton
        id={id}
        label={label}
        icon={icon}
        shortcut={shortcut}
        class={extra}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {children}
      </IconButton>
      {open && (
        <Menu
          label={label}
          items={items()}
          anchor={holder.current?.querySelector("button") ?? null}
          onClose={() => setOpen(false)}
        />
      )}
    </span>
  );
}
