import type { Filter, FilterCondition } from "../jmap";
import { mailboxNamed } from "./mailboxes";

/** One thing that a search asks for; `operator` is null for plain words. */
export type Term = { operator: Operator | null; value: string; negated: boolean };

export type Operator =
  | "from"
  | "to"
  | "cc"
  | "subject"
  | "body"
  | "before"
  | "after"
  | "in"
  | "has"
  | "is"
  | "larger"
  | "smaller"
  | "filename";

/** The names that each operator has, French first: what one writes in one language is understood in the other. */
export const operatorNames: Record<Operator, readonly string[]> = {
  from: ["de", "from"],
  to: ["à", "a", "to"],
  cc: ["cc"],
  subject: ["objet", "sujet", "subject"],
  body: ["corps", "texte", "body"],
  before: ["avant", "before"],
  after: ["après", "apres", "depuis", "after", "since"],
  in: ["dans", "dossier", "in", "folder"],
  has: ["pj", "avec", "has"],
  is: ["est", "is"],
  larger: ["plus", "larger"],
  smaller: ["moins", "smaller"],
  filename: ["fichier", "filename"],
};

const operatorOf = new Map(
  Object.entries(operatorNames).flatMap(([operator, names]) => names.map((name) => [name, operator as Operator])),
);

const termPattern = /(-?)(?:(\p{L}+):)?(?:"([^"]*)"?|(\S+))/gu;

/** Cuts a search into its terms: `de:martin objet:"conseil de classe" -pj:oui reste`. */
export function parseSearch(text: string): Term[] {
  const terms: Term[] = [];
  for (const match of text.matchAll(termPattern)) {
    const [whole, minus, name, quoted, plain] = match;
    if (quoted === undefined && plain === undefined) continue;
    const operator = name ? operatorOf.get(name.toLocaleLowerCase()) : undefined;
    const value = quoted ?? plain ?? "";
    // An operator without a value is one that is still being typed.
    if (!name && operatorOf.has(value.toLocaleLowerCase().replace(/:$/, "")) && value.endsWith(":")) continue;
    if (operator) terms.push({ operator, value, negated: minus === "-" });
    else if (name) terms.push({ operator: null, value: whole.replace(/^-/, ""), negated: minus === "-" });
    else if (quoted !== undefined) terms.push({ operator: null, value: `"${quoted}"`, negated: minus === "-" });
    else if (value !== "-") terms.push({ operator: null, value, negated: minus === "-" });
  }
  return terms;
}

export function writeTerm(term: Term): string {
  const value = /\s/.test(term.value) && !term.value.startsWith('"') ? `"${term.value}"` : term.value;
  return `${term.negated ? "-" : ""}${term.operator ? `${operatorNames[term.operator][0]}:` : ""}${value}`;
}

/** The JMAP filter of a search. Plain words must all be in the message, wherever. */
export function searchFilter(terms: readonly Term[], now = new Date()): Filter {
  const conditions: Filter[] = [];
  for (const term of terms) {
    const condition = conditionOf(term, now);
    if (condition) conditions.push(term.negated ? { operator: "NOT", conditions: [condition] } : condition);
  }
  if (conditions.length === 1) return conditions[0] as Filter;
  return conditions.length === 0 ? {} : { operator: "AND", conditions };
}

/** What nobody has read, within a condition. A draft, which other programs leave without $seen, is nothing to read. */
export function unread(within: FilterCondition = {}): Filter {
  return { operator: "AND", conditions: [{ ...within, notKeyword: "$seen" }, { notKeyword: "$draft" }] };
}

function conditionOf({ operator, value }: Term, now: Date): Filter | null {
  switch (operator) {
    case null:
      return { text: value };
    case "from":
    case "to":
    case "cc":
    case "subject":
    case "body":
      return { [operator]: value };
    case "before":
    case "after": {
      const date = parseDate(value, now);
      return date ? { [operator]: date.toISOString().replace(/\.\d+Z$/, "Z") } : null;
    }
    case "in": {
      const mailbox = mailboxNamed(value);
      return mailbox ? { inMailbox: mailbox.id } : null;
    }
    case "has":
      return { hasAttachment: !isNo(value) };
    case "filename":
      return { attachmentName: value };
    case "is":
      return stateCondition(value);
    case "larger":
    case "smaller": {
      const octets = parseSize(value);
      return octets === null ? null : { [operator === "larger" ? "minSize" : "maxSize"]: octets };
    }
  }
}

const isNo = (value: string) => /^(non|no|0|sans|without)$/i.test(value);

function stateCondition(value: string): Filter | null {
  const word = value.toLocaleLowerCase().replace(/[-_ ]/g, "");
  if (["nonlu", "nonlus", "unread"].includes(word)) return unread();
  if (["lu", "lus", "read"].includes(word)) return { hasKeyword: "$seen" };
  if (["suivi", "suivis", "flagged", "starred"].includes(word)) return { hasKeyword: "$flagged" };
  if (["répondu", "repondu", "answered"].includes(word)) return { hasKeyword: "$answered" };
  return null;
}

/** 31/12/2025, 31/12, 2025-12-31, 12/2025, 2025, hier, aujourd'hui, 7j: the start of that day, here. */
export function parseDate(text: string, now = new Date()): Date | null {
  const word = text.toLocaleLowerCase();
  const year = now.getFullYear();
  if (/^(aujourd.?hui|today)$/.test(word)) return new Date(year, now.getMonth(), now.getDate());
  if (/^(hier|yesterday)$/.test(word)) return new Date(year, now.getMonth(), now.getDate() - 1);
  let match = /^(\d{1,4})(j|d|s|w|m|a|y)$/.exec(word);
  if (match) return ago(Number(match[1]), match[2] as string, now);
  match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(word);
  if (match) return dateOf(Number(match[1]), Number(match[2]), Number(match[3]));
  match = /^(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2,4}))?$/.exec(word);
  if (match) return dateOf(match[3] ? fullYear(Number(match[3])) : year, Number(match[2]), Number(match[1]));
  match = /^(\d{1,2})[/.](\d{4})$/.exec(word);
  if (match) return dateOf(Number(match[2]), Number(match[1]), 1);
  match = /^(\d{4})$/.exec(word);
  return match ? dateOf(Number(match[1]), 1, 1) : null;
}

function ago(count: number, unit: string, now: Date): Date {
  const date = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (unit === "j" || unit === "d") date.setDate(date.getDate() - count);
  else if (unit === "s" || unit === "w") date.setDate(date.getDate() - 7 * count);
  else if (unit === "m") date.setMonth(date.getMonth() - count);
  else date.setFullYear(date.getFullYear() - count);
  return date;
}

const fullYear = (year: number) => (year < 100 ? 2000 + year : year);

function dateOf(year: number, month: number, day: number): Date | null {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}

/** 5M, 300k, 1.5Go: octets. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:[.,]\d+)?)\s*([kmg]?)[ob]?$/i.exec(text);
  if (!match) return null;
  const factor = { "": 1, k: 1e3, m: 1e6, g: 1e9 }[(match[2] ?? "").toLowerCase()] ?? 1;
  return Math.round(Number((match[1] ?? "0").replace(",", ".")) * factor);
}
