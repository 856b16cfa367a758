import { useEffect, useState } from "preact/hooks";
import "./Skeleton.css";

type Props = { lines?: number; label: string };

/** Stands where text will be, but only once one has waited 150 ms: what comes sooner must not flicker. */
export function Skeleton({ lines = 3, label }: Props) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <div class="skeleton" role="status">
      <span class="hidden-label">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="skeleton-line" style={{ width: `${90 - ((line * 23) % 45)}%` }} />
      ))}
    </div>
  );
}
