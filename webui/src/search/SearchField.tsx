import { useSignal } from "@preact/signals";
import { Search, X } from "lucide";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { go, page, searchQuery } from "../app/router";
import { t } from "../i18n";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import "./SearchField.css";
import { lastWord, type SearchSuggestion, suggestions } from "./suggestions";

const pause = 250;

/** The one field for everything; results and suggestions come while one types. */
export function SearchField() {
  const query = searchQuery.value ?? "";
  const text = useSignal(query);
  const found = useSignal<SearchSuggestion[]>([]);
  const at = useSignal(-1);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  // Before the next key comes: what is typed into the new page's field must stay.
  useLayoutEffect(() => {
    if (document.activeElement !== input.current || query === "") text.value = query;
  }, [query]);

  const look = async () => {
    const typed = text.value;
    const list = await suggestions(typed).catch(() => []);
    if (typed !== text.value || document.activeElement !== input.current) return;
    found.value = list;
    at.value = -1;
  };
  const shut = () => {
    found.value = [];
    at.value = -1;
  };
  const search = () => {
    clearTimeout(timer.current);
    const wanted = text.value.trim();
    if (wanted) go({ page: "search", query: wanted, email: null }, { replace: page.peek() === "search" });
    else if (page.peek() === "search") go({ page: "mail", box: "inbox", email: null });
  };
  const later = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(search, pause);
  };
  const take = (suggestion: SearchSuggestion) => {
    const { before, word } = lastWord(text.value);
    const minus = word.startsWith("-") ? "-" : "";
    text.value = before + minus + suggestion.insert + (suggestion.insert.endsWith(":") ? "" : " ");
    shut();
    input.current?.focus();
    if (suggestion.insert.endsWith(":")) void look();
    else search();
  };
  const leave = () => {
    text.value = "";
    shut();
    search();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const list = found.value;
    const chosen = list[at.value];
    if (event.key === "ArrowDown" && list.length > 0) at.value = Math.min(list.length - 1, at.value + 1);
    else if (event.key === "ArrowUp" && list.length > 0) at.value = Math.max(-1, at.value - 1);
    else if (event.key === "Enter") {
      if (chosen) take(chosen);
      else {
        shut();
        search();
      }
    } else if (event.key === "Escape") {
      if (list.length > 0) shut();
      else {
        leave();
        input.current?.blur();
      }
    } else return;
    event.preventDefault();
  };

  const open = found.value.length > 0;
  return (
    <search class="search">
      <Icon of={Search} />
      <input
        ref={input}
        type="text"
        inputMode="search"
        role="combobox"
        aria-label={t("search.label")}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={at.value >= 0 ? `${id}-${at.value}` : undefined}
        placeholder={t("search.placeholder")}
        title={`${t("search.label")} (/)`}
        enterkeyhint="search"
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onFocus={() => void look()}
        onBlur={shut}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          later();
          void look();
        }}
        onKeyDown={onKeyDown}
      />
      {text.value && <IconButton label={t("search.clear")} icon={X} size={16} onClick={leave} />}
      <div class="search-list" id={`${id}-list`} role="listbox" aria-label={t("search.suggestions")} hidden={!open}>
        {found.value.map((suggestion, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
          <div
            key={suggestion.id}
            id={`${id}-${index}`}
            class="search-option"
            role="option"
            aria-selected={index === at.value}
            onPointerDown={(event) => {
              event.preventDefault();
              take(suggestion);
            }}
          >
            <Icon of={suggestion.icon} size={16} />
            <span class="ellipsis">{suggestion.label}</span>
            <span class="search-detail ellipsis">{suggestion.detail}</span>
          </div>
        ))}
      </div>
    </search>
  );
}
