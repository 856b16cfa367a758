import { effect } from "@preact/signals";
import { Push, type StateChange } from "../jmap";
import { tellArrivals } from "../mail/arrivals";
import { syncEmails, syncThreads } from "../mail/store/changes";
import { syncMailboxes } from "../mail/store/mailboxes";
import { loadQuota } from "../mail/store/quota";
import { submissionsChanged } from "../mail/store/submissions";
import { followTroubles } from "../mail/store/troubles";
import { refreshLists } from "../mail/view";
import { begun } from "./begin";
import { connected } from "./connection";
import { client } from "./session";

const retryAfter = 5000;
const everything = ["Mailbox", "Email", "Thread", "EmailSubmission"];

let running = false;
let again = new Set<string>();

/** Follows the server: what changes there changes here, without a reload. */
export async function startSync(): Promise<void> {
  await begun;
  const session = client.session;
  if (!session) return;
  let opened = false;
  const push = new Push({
    eventSourceUrl: session.eventSourceUrl,
    onChange: (changed) => changesArrived(changed),
    onOpen: () => {
      connected.value = true;
      // What happened while nobody listened.
      if (opened) changed(everything);
      opened = true;
    },
    onClosed: () => undefined,
  });
  push.start();
  window.addEventListener("online", () => push.retry());
  window.addEventListener("offline", () => {
    connected.value = false;
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && push.retry());
  probeWhileUnconnected(push);
}

function changesArrived(byAccount: StateChange["changed"]): void {
  changed(Object.keys(byAccount[client.accountId] ?? {}));
}

/** Fetches what changed; changes that come meanwhile wait and go together. */
function changed(types: string[]): void {
  for (const type of types) again.add(type);
  if (running) return;
  running = true;
  void follow().finally(() => {
    running = false;
  });
}

async function follow(): Promise<void> {
  while (again.size > 0) {
    const types = again;
    again = new Set();
    try {
      if (types.has("EmailSubmission")) {
        submissionsChanged.value += 1;
        void followTroubles().catch(() => undefined);
      }
      const emails = types.has("Email") || types.has("Thread");
      const [, arrivals] = await Promise.all([
        types.has("Mailbox") || emails ? syncMailboxes() : undefined,
        emails ? syncEmails() : undefined,
        emails ? syncThreads() : undefined,
        types.has("Quota") || emails ? loadQuota() : undefined,
      ]);
      if (arrivals) {
        refreshLists(arrivals.moved);
        await tellArrivals(arrivals.created);
      }
    } catch {
      // The line is down: when it is back, the stream opens again and everything is asked for.
    }
  }
}

/** While nothing gets through, asks from time to time, so that the quiet line goes away by itself. */
function probeWhileUnconnected(push: Push): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  effect(() => {
    clearInterval(timer);
    if (connected.value) return;
    timer = setInterval(() => {
      void client.connect().then(
        () => {
          push.retry();
          changed(everything);
        },
        () => undefined,
      );
    }, retryAfter);
  });
}
