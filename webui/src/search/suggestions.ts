import type { IconNode } from "lucide";
import { AtSign, Calendar, Folder, Mail, Paperclip, Search, Star, UserRound } from "lucide";
import { type TextKey, t } from "../i18n";
import { displayName } from "../mail/format";
import { mailboxName } from "../mail/names";
import { mailboxes } from "../mail/store/mailboxes";
import { plain } from "./mailboxes";

/** Something that can stand in the place of the word that is being typed. */
export type SearchSuggestion = { id: string; label: string; detail: string; icon: IconNode; insert: string };

type Hint = { insert: string; text: TextKey; icon: IconNode };

const hints: Hint[] = [
  { insert: "de:", text: "search.hint.from", icon: UserRound },
  { insert: "à:", text: "search.hint.to", icon: AtSign },
  { insert: "objet:", text: "search.hint.subject", icon: Mail },
  { insert: "dans:", text: "search.hint.in", icon: Folder },
  { insert: "avant:", text: "search.hint.before", icon: Calendar },
  { insert: "après:", text: "search.hint.after", icon: Calendar },
  { insert: "pj:oui", text: "search.hint.attachment", icon: Paperclip },
  { insert: "est:nonlu", text: "search.hint.unread", icon: Mail },
  { insert: "est:suivi", text: "search.hint.flagged", icon: Star },
  { insert: "plus:5M", text: "search.hint.larger", icon: Search },
];

const mostOfAKind = 4;

/** The word under the end of the text, and what stands before it. */
export function lastWord(text: string): { before: string; word: string } {
  const match = /(?:^|\s)(-?(?:\p{L}+:)?(?:"[^"]*"?|\S*))$/u.exec(text);
  const word = match?.[1] ?? "";
  return { before: text.slice(0, text.length - word.length), word };
}

const quoted = (value: string) => (/\s/.test(value) ? `"${value}"` : value);

/** What one may mean: people one knows, folders, and the operators that there are. */
export async function suggestions(text: string): Promise<SearchSuggestion[]> {
  const { word } = lastWord(text);
  const [, operator, rest] = /^-?(?:(\p{L}+):)?"?(.*?)"?$/u.exec(word) ?? [];
  const found: SearchSuggestion[] = [];
  if (operator === undefined || /^(de|from|à|a|to|cc)$/i.test(operator))
    found.push(...(await people(rest ?? "", operator)));
  if (operator === undefined || /^(dans|dossier|in|folder)$/i.test(operator)) found.push(...folders(rest ?? ""));
  if (operator === undefined) found.push(...operators(rest ?? ""));
  return found;
}

async function people(typed: string, operator: string | undefined): Promise<SearchSuggestion[]> {
  if (typed.length < 2) return [];
  const { loadSuggestions, suggest } = await import("../compose/suggest");
  await loadSuggestions();
  const name = operator ?? "de";
  return suggest(typed, [], mostOfAKind).map((person) => ({
    id: `person-${person.email}`,
    label: displayName(person),
    detail: `${name}:${person.email}`,
    icon: UserRound,
    insert: `${name}:${person.email}`,
  }));
}

function folders(typed: string): SearchSuggestion[] {
  const wanted = plain(typed);
  if (wanted.length < 2) return [];
  return [...mailboxes.value.values()]
    .filter((mailbox) => plain(mailboxName(mailbox)).startsWith(wanted))
    .slice(0, mostOfAKind)
    .map((mailbox) => {
      const name = mailboxName(mailbox);
      return {
        id: `folder-${mailbox.id}`,
        label: name,
        detail: `dans:${quoted(name)}`,
        icon: Folder,
        insert: `dans:${quoted(name)}`,
      };
    });
}

function operators(typed: string): SearchSuggestion[] {
  const wanted = plain(typed);
  return hints
    .filter(
      ({ insert, text }) => plain(insert).startsWith(wanted) || (wanted.length > 2 && plain(t(text)).includes(wanted)),
    )
    .slice(0, wanted === "" ? hints.length : mostOfAKind)
    .map(({ insert, text, icon }) => ({ id: insert, label: t(text), detail: insert, icon, insert }));
}
