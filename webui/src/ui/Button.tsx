import type { IconNode } from "lucide";
import type { ComponentChildren, JSX } from "preact";
import "./Button.css";
import { Icon } from "./Icon";

type Base = Omit<JSX.IntrinsicElements["button"], "icon" | "children" | "class">;

type ButtonProps = Base & {
  children: ComponentChildren;
  icon?: IconNode;
  kind?: "plain" | "primary" | "quiet" | "danger";
  class?: string;
};

export function Button({ children, icon, kind = "plain", class: extra = "", type = "button", ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} class={`button button-${kind} ${extra}`}>
      {icon && <Icon of={icon} />}
      <span class="ellipsis">{children}</span>
    </button>
  );
}

type IconButtonProps = Base & {
  /** The name, for everybody: screen readers read it, a pointer that rests shows it. */
  label: string;
  icon: IconNode;
  shortcut?: string;
  filled?: boolean;
  size?: number;
  class?: string;
  /** Shown instead of the icon. */
  children?: ComponentChildren;
};

export function IconButton({
  label,
  icon,
  shortcut,
  filled,
  size,
  class: extra = "",
  children,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      class={`icon-button ${extra}`}
      aria-label={label}
      title={shortcut ? `${label} (${shortcut})` : label}
    >
      {children ?? <Icon of={icon} filled={filled} size={size} />}
    </button>
  );
}
