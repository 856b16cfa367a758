import { useEffect, useRef } from "preact/hooks";

/** While shown, the browser's back (a gesture on phones) closes this instead of leaving the page behind it. */
export function useBack(active: boolean, onBack: () => void): void {
  const back = useRef(onBack);
  back.current = onBack;
  useEffect(() => {
    if (!active) return;
    const mark = { layer: Math.random() };
    history.pushState(mark, "");
    let left = false;
    const onPop = () => {
      left = true;
      back.current();
    };
    window.addEventListener("popstate", onPop);
    return () => {
      window.removeEventListener("popstate", onPop);
      // Closed by other means: our entry must not stay behind, unless the page has moved on meanwhile.
      const state = history.state as { layer?: number } | null;
      if (!left && state?.layer === mark.layer) history.back();
    };
  }, [active]);
}
