import { useSignal } from "@preact/signals";
import { Search, X } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { go, route } from "../app/router";
import { t } from "../i18n";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import "./SearchField.css";

const pause = 250;

/** The one field for everything; results come while one types. */
export function SearchField() {
  const now = route.value;
  const query = now.page === "search" ? now.query : "";
  const text = useSignal(query);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== input.current || query === "") text.value = query;
  }, [query]);
  const search = (replace: boolean) => {
    clearTimeout(timer.current);
    const wanted = text.value.trim();
    if (wanted) go({ page: "search", query: wanted, email: null }, { replace });
    else if (now.page === "search") go({ page: "mail", box: "inbox", email: null });
  };
  const leave = () => {
    clearTimeout(timer.current);
    text.value = "";
    if (now.page === "search") go({ page: "mail", box: "inbox", email: null });
  };
  return (
    <search class="search">
      <Icon of={Search} />
      <input
        ref={input}
        type="search"
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        title={`${t("search.label")} (/)`}
        enterkeyhint="search"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => search(route.value.page === "search"), pause);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") search(route.value.page === "search");
          else if (event.key === "Escape") {
            leave();
            input.current?.blur();
          } else return;
          event.preventDefault();
        }}
      />
      {text.value && <IconButton label={t("search.clear")} icon={X} size={16} onClick={leave} />}
    </search>
  );
}
