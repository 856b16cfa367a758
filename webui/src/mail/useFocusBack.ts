import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Who presses Tab means the links of the letter; who presses a pointer does not mean to lose the keys. */
const tabTime = 500;
const selectTime = 250;

/**
 * Keys that are pressed in a letter's frame never reach us: no script may run there, not even a listener of
 * ours. So a pointer that is pressed in it gives the focus back, unless it selects text, which is to be copied.
 */
export function useFocusBack(frame: RefObject<HTMLIFrameElement | null>): void {
  useEffect(() => {
    let tabAt = Number.NEGATIVE_INFINITY;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Tab") tabAt = event.timeStamp;
    };
    const giveBack = () => {
      const element = frame.current;
      if (!element || document.activeElement !== element) return;
      const selection = element.contentDocument?.getSelection();
      if (selection && !selection.isCollapsed) return;
      element.closest<HTMLElement>(".reader-scroll")?.focus({ preventScroll: true });
    };
    const onBlur = (event: FocusEvent) => {
      clearTimeout(timer);
      if (document.activeElement === frame.current && event.timeStamp - tabAt > tabTime)
        timer = setTimeout(giveBack, selectTime);
    };
    document.addEventListener("keydown", onKeyDown, true);
    window.addEventListener("blur", onBlur);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("keydown", onKeyDown, true);
      window.removeEventListener("blur", onBlur);
    };
  }, [frame]);
}
