import type { JSX } from "preact";
import { go, pathOf, type Route } from "./router";

type Props = Omit<JSX.IntrinsicElements["a"], "href" | "role"> & { to: Route };

/** A link within the page; with a modifier key the browser does what it always does. */
export function Link({ to, onClick, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={pathOf(to)}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    />
  );
}
