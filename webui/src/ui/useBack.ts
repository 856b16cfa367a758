import { useEffect, useRef } from "preact/hooks";
import { writeLayer } from "./history";

/** While shown, the browser's back (a gesture on phones) closes this instead of leaving the page behind it. */
export function useBack(active: boolean, onBack: () => void): void {
  const back = useRef(onBack);
  back.current = onBack;
  useEffect(() => (active ? writeLayer(() => back.current()) : undefined), [active]);
}
