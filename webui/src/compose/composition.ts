import { type Signal, signal } from "@preact/signals";
import type { EmailAddress, Id } from "../jmap";

/** A file that goes with a message. `blobId` is null while it is on its way. */
export type Attachment = {
  key: string;
  name: string;
  type: string;
  size: number;
  blobId: Id | null;
  /** 0 to 1 while on its way. */
  progress: number;
  problem: string;
  /** Set when the text shows it: an image of a quoted message. */
  cid: string | null;
  stop?: () => void;
};

/** The message that is answered or passed on, which goes under what is written. */
export type Quote = { html: string; text: string; attribution: string; forward: boolean };

/** What of a composition survives the tab: all that was typed, and what is needed to go on. */
export type Kept = {
  key: string;
  /** The Message-ID, the same through all drafts until it is sent. */
  messageId: string;
  /** The draft on the server that holds an earlier state of this. */
  draftId: Id | null;
  identityId: Id | null;
  to: EmailAddress[];
  cc: EmailAddress[];
  bcc: EmailAddress[];
  subject: string;
  html: string;
  text: string;
  /** Only `text` goes, as it is. */
  plain: boolean;
  quote: Quote | null;
  inReplyTo: string[];
  references: string[];
  /** The message that this answers or passes on, to be marked so once it is sent. */
  original: { id: Id; keyword: "$answered" | "$forwarded" } | null;
  attachments: Omit<Attachment, "stop" | "progress" | "problem">[];
};

export type View = "open" | "small" | "full";

/** A message that is being written. */
export type Composition = {
  key: string;
  messageId: string;
  draftId: Signal<Id | null>;
  identityId: Signal<Id | null>;
  to: Signal<EmailAddress[]>;
  cc: Signal<EmailAddress[]>;
  bcc: Signal<EmailAddress[]>;
  subject: Signal<string>;
  /** What the editor holds, as HTML and as text; the quote is apart. In plain text only `text` counts. */
  html: Signal<string>;
  text: Signal<string>;
  plain: Signal<boolean>;
  quote: Signal<Quote | null>;
  inReplyTo: string[];
  references: string[];
  original: Kept["original"];
  attachments: Signal<Attachment[]>;
  view: Signal<View>;
  /** When it was last saved as a draft; null before that. */
  savedAt: Signal<Date | null>;
  /** One sentence about what went wrong. */
  problem: Signal<string>;
  /** There is text here that the browser's store could not take. */
  unkept: Signal<boolean>;
  /** Questions that were already answered with "send all the same". */
  asked: Set<string>;
};

export function emptyKept(): Kept {
  return {
    key: crypto.randomUUID?.() ?? randomKey(),
    messageId: "",
    draftId: null,
    identityId: null,
    to: [],
    cc: [],
    bcc: [],
    subject: "",
    html: "",
    text: "",
    plain: false,
    quote: null,
    inReplyTo: [],
    references: [],
    original: null,
    attachments: [],
  };
}

/** For pages that came over plain HTTP, where browsers keep randomUUID to themselves. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function revive(kept: Kept, domain: string): Composition {
  return {
    key: kept.key,
    messageId: kept.messageId || `${kept.key}@${domain || "localhost"}`,
    draftId: signal(kept.draftId),
    identityId: signal(kept.identityId),
    to: signal(kept.to),
    cc: signal(kept.cc),
    bcc: signal(kept.bcc),
    subject: signal(kept.subject),
    html: signal(kept.html),
    text: signal(kept.text),
    // What an older page has kept does not say.
    plain: signal(kept.plain ?? false),
    quote: signal(kept.quote),
    inReplyTo: kept.inReplyTo,
    references: kept.references,
    original: kept.original,
    attachments: signal(kept.attachments.map((file) => ({ ...file, progress: 1, problem: "" }))),
    view: signal<View>("open"),
    savedAt: signal<Date | null>(null),
    problem: signal(""),
    unkept: signal(false),
    asked: new Set(),
  };
}

/** A copy of all that is written, to be kept. Reads every signal, so that an effect around it follows all. */
export function keep(composition: Composition): Kept {
  return {
    key: composition.key,
    messageId: composition.messageId,
    draftId: composition.draftId.value,
    identityId: composition.identityId.value,
    to: composition.to.value,
    cc: composition.cc.value,
    bcc: composition.bcc.value,
    subject: composition.subject.value,
    html: composition.html.value,
    text: composition.text.value,
    plain: composition.plain.value,
    quote: composition.quote.value,
    inReplyTo: composition.inReplyTo,
    references: composition.references,
    original: composition.original,
    attachments: composition.attachments.value
      .filter((file) => file.blobId !== null)
      .map(({ key, name, type, size, blobId, cid }) => ({ key, name, type, size, blobId, cid })),
  };
}

/** What distinguishes two states for the server: where it keeps the draft and its files is no change. */
export function fingerprint(kept: Kept): string {
  return JSON.stringify({ ...kept, draftId: null, attachments: kept.attachments.map(({ key, cid }) => [key, cid]) });
}

/** Whether nothing has been written that anybody would miss. */
export function isEmpty(kept: Kept): boolean {
  return (
    kept.text.trim() === "" &&
    kept.subject.trim() === "" &&
    kept.to.length + kept.cc.length + kept.bcc.length === 0 &&
    kept.attachments.length === 0 &&
    !/<img/i.test(kept.html)
  );
}
