// The objects of RFC 8620, 8621 and 9425 as this client uses them. Optional properties are those that a
// request may leave out; dates are ISO strings, sizes octets.

export type Id = string;

export type Account = { name: string; isPersonal: boolean; isReadOnly: boolean };

export type CoreLimits = {
  maxSizeUpload: number;
  maxConcurrentUpload: number;
  maxSizeRequest: number;
  maxConcurrentRequests: number;
  maxCallsInRequest: number;
  maxObjectsInGet: number;
  maxObjectsInSet: number;
};

export type Session = {
  capabilities: Record<string, unknown> & { "urn:ietf:params:jmap:core": CoreLimits };
  accounts: Record<Id, Account>;
  primaryAccounts: Record<string, Id>;
  username: string;
  apiUrl: string;
  downloadUrl: string;
  uploadUrl: string;
  eventSourceUrl: string;
  state: string;
};

export type Invocation = [name: string, args: Record<string, unknown>, callId: string];

export type ResultReference = { resultOf: string; name: string; path: string };

export type SetError = { type: string; description?: string | null; properties?: string[] | null };

export type GetResponse<T> = { accountId: Id; state: string; list: T[]; notFound: Id[] };

export type ChangesResponse = {
  accountId: Id;
  oldState: string;
  newState: string;
  hasMoreChanges: boolean;
  created: Id[];
  updated: Id[];
  destroyed: Id[];
};

export type SetResponse<T> = {
  accountId: Id;
  oldState: string | null;
  newState: string;
  created: Record<Id, Partial<T>> | null;
  updated: Record<Id, Partial<T> | null> | null;
  destroyed: Id[] | null;
  notCreated: Record<Id, SetError> | null;
  notUpdated: Record<Id, SetError> | null;
  notDestroyed: Record<Id, SetError> | null;
};

export type QueryResponse = {
  accountId: Id;
  queryState: string;
  canCalculateChanges: boolean;
  position: number;
  ids: Id[];
  total?: number;
  /** Given when the server answers with fewer ids than were asked for. */
  limit?: number;
};

export type QueryChangesResponse = {
  accountId: Id;
  oldQueryState: string;
  newQueryState: string;
  total?: number;
  removed: Id[];
  added: { id: Id; index: number }[];
};

export type MailboxRole = "inbox" | "drafts" | "scheduled" | "sent" | "archive" | "junk" | "trash";

export type MailboxRights = {
  mayReadItems: boolean;
  mayAddItems: boolean;
  mayRemoveItems: boolean;
  maySetSeen: boolean;
  maySetKeywords: boolean;
  mayCreateChild: boolean;
  mayRename: boolean;
  mayDelete: boolean;
  maySubmit: boolean;
};

export type Mailbox = {
  id: Id;
  name: string;
  parentId: Id | null;
  role: MailboxRole | string | null;
  sortOrder: number;
  totalEmails: number;
  unreadEmails: number;
  totalThreads: number;
  unreadThreads: number;
  myRights: MailboxRights;
  isSubscribed: boolean;
};

export type EmailAddress = { name: string | null; email: string };

export type EmailBodyPart = {
  partId: string | null;
  blobId: Id | null;
  size: number;
  name: string | null;
  type: string;
  charset: string | null;
  disposition: string | null;
  cid: string | null;
  subParts?: EmailBodyPart[] | null;
};

export type EmailBodyValue = { value: string; isEncodingProblem?: boolean; isTruncated?: boolean };

/** What a list row and the head of a message need. */
export type EmailHeader = {
  id: Id;
  blobId: Id;
  threadId: Id;
  mailboxIds: Record<Id, true>;
  keywords: Record<string, true>;
  size: number;
  receivedAt: string;
  sentAt: string | null;
  from: EmailAddress[] | null;
  to: EmailAddress[] | null;
  subject: string | null;
  hasAttachment: boolean;
  preview: string;
};

/** The rest, fetched when a message is opened. */
export type EmailBody = {
  id: Id;
  sender: EmailAddress[] | null;
  replyTo: EmailAddress[] | null;
  cc: EmailAddress[] | null;
  bcc: EmailAddress[] | null;
  messageId: string[] | null;
  inReplyTo: string[] | null;
  references: string[] | null;
  textBody: EmailBodyPart[];
  htmlBody: EmailBodyPart[];
  attachments: EmailBodyPart[];
  bodyValues: Record<string, EmailBodyValue>;
};

export type Thread = { id: Id; emailIds: Id[] };

export type Identity = {
  id: Id;
  name: string;
  email: string;
  replyTo: EmailAddress[] | null;
  bcc: EmailAddress[] | null;
  textSignature: string;
  htmlSignature: string;
  mayDelete: boolean;
};

export type VacationResponse = {
  id: Id;
  isEnabled: boolean;
  fromDate: string | null;
  toDate: string | null;
  subject: string | null;
  textBody: string | null;
  htmlBody: string | null;
};

export type EmailSubmission = {
  id: Id;
  identityId: Id;
  emailId: Id;
  threadId: Id;
  sendAt: string;
  undoStatus: "pending" | "final" | "canceled";
  deliveryStatus: Record<string, DeliveryStatus> | null;
};

export type DeliveryStatus = {
  smtpReply: string;
  delivered: "queued" | "yes" | "no" | "unknown";
  displayed: "yes" | "unknown";
  /** When it became so; Facteur's own, beside what RFC 8621 has. */
  changedAt?: string;
};

export type Quota = {
  id: Id;
  resourceType: string;
  used: number;
  hardLimit: number;
  warnLimit?: number | null;
  softLimit?: number | null;
  scope: string;
  name: string;
  types: string[];
};

export type SearchSnippet = { emailId: Id; subject: string | null; preview: string | null };

export type FilterCondition = Record<string, unknown>;
export type FilterOperator = { operator: "AND" | "OR" | "NOT"; conditions: Filter[] };
export type Filter = FilterCondition | FilterOperator;

export type Comparator = { property: string; isAscending?: boolean; keyword?: string };

export type StateChange = { "@type": "StateChange"; changed: Record<Id, Record<string, string>> };

export type UploadResult = { accountId: Id; blobId: Id; type: string; size: number };
