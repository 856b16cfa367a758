import { useRef } from "preact/hooks";

const threshold = 88;

type Swipe = { right: () => void; left: () => void };

/** Drags a row aside with a finger; past the threshold, letting go acts. */
export function useSwipe({ right, left }: Swipe) {
  const start = useRef<{ x: number; y: number; decided: boolean } | null>(null);
  const place = (element: HTMLElement, by: number) => {
    element.style.transform = by === 0 ? "" : `translateX(${by}px)`;
    element.classList.toggle("row-swiped", by !== 0);
    element.parentElement?.classList.toggle("row-place-swiped", by !== 0);
  };
  return {
    onTouchStart: (event: TouchEvent) => {
      const touch = event.touches[0];
      start.current =
        touch && event.touches.length === 1 ? { x: touch.clientX, y: touch.clientY, decided: false } : null;
    },
    onTouchMove: (event: TouchEvent) => {
      const touch = event.touches[0];
      const from = start.current;
      if (!from || !touch) return;
      const x = touch.clientX - from.x;
      const y = touch.clientY - from.y;
      if (!from.decided) {
        if (Math.abs(y) > 8 && Math.abs(y) >= Math.abs(x)) {
          start.current = null;
          return;
        }
        if (Math.abs(x) < 12) return;
        from.decided = true;
      }
      place(event.currentTarget as HTMLElement, x);
    },
    onTouchEnd: (event: TouchEvent) => {
      const from = start.current;
      start.current = null;
      place(event.currentTarget as HTMLElement, 0);
      const touch = event.changedTouches[0];
      if (!from?.decided || !touch) return;
      const x = touch.clientX - from.x;
      if (x > threshold) right();
      else if (x < -threshold) left();
    },
    onTouchCancel: (event: TouchEvent) => {
      start.current = null;
      place(event.currentTarget as HTMLElement, 0);
    },
  };
}
