import { useRef } from "preact/hooks";
import "./Splitter.css";

type Props = {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
  across?: boolean;
};

/** The line between two columns (or, across, two rows): dragged, or moved with the arrows. */
export function Splitter({ label, value, min, max, onChange, across }: Props) {
  const start = useRef<{ at: number; value: number } | null>(null);
  const bound = (to: number) => Math.round(Math.max(min, Math.min(max, to)));
  const at = (event: PointerEvent) => (across ? event.clientY : event.clientX);
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr takes neither focus nor value
    <div
      class={across ? "splitter splitter-across" : "splitter"}
      role="separator"
      aria-label={label}
      aria-orientation={across ? "horizontal" : "vertical"}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        start.current = { at: at(event), value };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (start.current) onChange(bound(start.current.value + at(event) - start.current.at));
      }}
      onPointerUp={() => {
        start.current = null;
      }}
      onKeyDown={(event) => {
        const less = across ? "ArrowUp" : "ArrowLeft";
        const more = across ? "ArrowDown" : "ArrowRight";
        if (event.key !== less && event.key !== more) return;
        event.preventDefault();
        event.stopPropagation();
        onChange(bound(value + (event.key === more ? 16 : -16)));
      }}
    />
  );
}
