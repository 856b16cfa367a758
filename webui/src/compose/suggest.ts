import { client } from "../app/session";
import { type EmailAddress, type EmailHeader, type GetResponse, type QueryResponse, Request } from "../jmap";
import { mailboxWithRole } from "../mail/store/mailboxes";
import { plain } from "../search/mailboxes";

export type Suggestion = EmailAddress & { weight: number };

const looked = 300;
const sentWeight = 5;

let book: Map<string, Suggestion> | null = null;
let loading: Promise<void> | null = null;

/** Reads from past mail whom one writes to and who writes; once, when the first recipient is typed. */
export function loadSuggestions(): Promise<void> {
  loading ??= read().catch(() => {
    loading = null;
  });
  return loading;
}

async function read(): Promise<void> {
  const accountId = client.accountId;
  const request = new Request();
  const sort = [{ property: "receivedAt", isAscending: false }];
  const limit = Math.min(looked, client.limits.maxObjectsInGet);
  const gets = (["sent", "inbox"] as const).flatMap((role) => {
    const mailbox = mailboxWithRole(role);
    if (!mailbox) return [];
    const query = request.add<QueryResponse>("Email/query", {
      accountId,
      filter: { inMailbox: mailbox.id },
      sort,
      limit,
    });
    const get = request.add<GetResponse<Pick<EmailHeader, "id" | "from" | "to"> & { cc: EmailAddress[] | null }>>(
      "Email/get",
      {
        accountId,
        "#ids": query.ref("/ids"),
        properties: role === "sent" ? ["to", "cc"] : ["from"],
      },
    );
    return [{ role, get }];
  });
  if (gets.length === 0) return;
  const answers = await client.send(request);
  const found = new Map<string, Suggestion>();
  for (const { role, get } of gets)
    for (const email of answers.of(get).list)
      for (const address of role === "sent" ? [...(email.to ?? []), ...(email.cc ?? [])] : (email.from ?? []))
        add(found, address, role === "sent" ? sentWeight : 1);
  book = found;
}

function add(into: Map<string, Suggestion>, { name, email }: EmailAddress, weight: number): void {
  if (/^(?:no-?reply|ne-?pas-?repondre|noreply|mailer-daemon)/i.test(email)) return;
  const key = email.toLowerCase();
  const known = into.get(key);
  if (known) {
    known.weight += weight;
    known.name ??= name;
  } else into.set(key, { name, email, weight });
}

export function rememberRecipients(addresses: readonly EmailAddress[]): void {
  if (book) for (const address of addresses) add(book, address, sentWeight);
}

/** The best few for what is typed: every word begins a word of the name or of the address. */
export function suggest(typed: string, taken: readonly EmailAddress[], most = 6): Suggestion[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0 || !book) return [];
  const out = new Set(taken.map(({ email }) => email.toLowerCase()));
  return [...book.values()]
    .filter((entry) => !out.has(entry.email.toLowerCase()) && matches(entry, words))
    .sort((a, b) => b.weight - a.weight || a.email.localeCompare(b.email))
    .slice(0, most);
}

function matches({ name, email }: EmailAddress, words: readonly string[]): boolean {
  const starts = plain(`${name ?? ""} ${email}`).split(/[\s.@_,'’-]+/);
  const whole = email.toLowerCase();
  return words.every((word) => whole.startsWith(word) || starts.some((start) => start.startsWith(word)));
}
