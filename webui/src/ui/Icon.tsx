import type { IconNode } from "lucide";
import { h } from "preact";

type Props = { of: IconNode; size?: number; filled?: boolean };

/** An outline icon. Always decoration: the control around it has the name. */
export function Icon({ of, size = 18, filled = false }: Props) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {of.map(([tag, attributes]) => h(tag, { ...attributes, key: undefined }))}
    </svg>
  );
}
