import { X } from "lucide";
import { go, searchQuery } from "../app/router";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { parseSearch, type Term, writeTerm } from "./query";
import "./SearchChips.css";

const offered: Term[] = [
  { operator: "has", value: "oui", negated: false },
  { operator: "is", value: "nonlu", negated: false },
  { operator: "is", value: "suivi", negated: false },
];

const labels: Record<string, Parameters<typeof t>[0]> = {
  "pj:oui": "search.hint.attachment",
  "est:nonlu": "search.hint.unread",
  "est:suivi": "search.hint.flagged",
};

/** The filters of a search: those that are on can be taken away, common ones put on. */
export function SearchChips() {
  const query = searchQuery.value;
  if (query === null) return null;
  const terms = parseSearch(query);
  const filters = terms.filter(({ operator }) => operator !== null);
  const written = new Set(terms.map(writeTerm));
  const set = (next: readonly Term[]) => {
    const wanted = next.map(writeTerm).join(" ");
    if (wanted) go({ page: "search", query: wanted, email: null }, { replace: true });
    else go({ page: "mail", box: "inbox", email: null });
  };
  return (
    <ul class="search-chips" aria-label={t("search.filters")}>
      {filters.map((term) => {
        const text = writeTerm(term);
        const label = labels[text];
        return (
          <li key={text}>
            <button
              type="button"
              class="search-chip search-chip-on"
              aria-label={t("search.removeFilter", { filter: label ? t(label) : text })}
              onClick={() => set(terms.filter((other) => other !== term))}
            >
              {label ? t(label) : text}
              <Icon of={X} size={14} />
            </button>
          </li>
        );
      })}
      {offered
        .filter((term) => !written.has(writeTerm(term)))
        .map((term) => {
          const text = writeTerm(term);
          return (
            <li key={text}>
              <button type="button" class="search-chip" onClick={() => set([...terms, term])}>
                {t(labels[text] ?? "search.hint.attachment")}
              </button>
            </li>
          );
        })}
    </ul>
  );
}
