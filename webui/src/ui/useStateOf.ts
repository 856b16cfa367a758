import { useReducer, useRef } from "preact/hooks";

/**
 * State that begins anew when `key` is another: what is on the screen can then be filled with something else instead of
 * being built again. What is set for a key that is over, as by an answer that came late, is let go.
 */
export function useStateOf<T>(key: unknown, begin: () => T): [T, (next: T) => void] {
  const kept = useRef<{ key: unknown; value: T } | null>(null);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  if (kept.current === null || kept.current.key !== key) kept.current = { key, value: begin() };
  const own = kept.current;
  const set = (next: T) => {
    if (kept.current !== own || own.value === next) return;
    own.value = next;
    draw(undefined as never);
  };
  return [own.value, set];
}
