import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Skeleton } from "../ui/Skeleton";

/** A component whose code is fetched when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Component, setComponent] = useState<ComponentType<P> | null>(() => loaded);
    useEffect(() => {
      if (Component) return;
      let gone = false;
      void load().then((found) => {
        loaded = found;
        if (!gone) setComponent(() => found);
      });
      return () => {
        gone = true;
      };
    }, [Component]);
    return Component ? <Component {...props} /> : <Skeleton label={t("ui.loading")} />;
  };
}
