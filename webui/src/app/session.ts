import { computed, signal } from "@preact/signals";
import { Client, ConnectionError } from "../jmap";
import { LoginError, login, logout, type Person } from "./auth";
import { connected } from "./connection";
import { forgetMemory } from "./memory";

/** expired: somebody was signed in, what they do waits until they have signed in again. */
export type Phase = "starting" | "signedOut" | "signedIn" | "expired" | "unreachable";

export const phase = signal<Phase>("starting");
export const username = signal("");
/** How the person is called, as the sign-in told it; the address when it did not. */
export const personName = signal("");

let resumeWaiting: (() => void) | null = null;

export const client = new Client({
  sessionUrl: "/jmap/session",
  reauthenticate: () => {
    phase.value = "expired";
    forgetMemory();
    return new Promise<void>((resolve) => {
      resumeWaiting = resolve;
    });
  },
  onReachable: (reachable) => {
    connected.value = reachable;
  },
});

/** The academy's own domain: who writes from elsewhere is marked. */
export const ownDomain = computed(() => username.value.split("@")[1] ?? "");

/** Longer than this nobody looks at an empty page. */
const patience = 150;

const soon = (wanted: unknown) => Promise.race([wanted, new Promise((resolve) => setTimeout(resolve, patience))]);

/** `ahead`: what the first screen needs, when that is on its way already. */
export async function start(ahead: Promise<unknown> = Promise.resolve()): Promise<void> {
  try {
    const session = await client.connect();
    if (session) {
      await soon(ahead);
      enter(session.username);
    } else {
      forgetMemory();
      phase.value = "signedOut";
    }
  } catch (error) {
    // Refused, as a cookie is over plain HTTP: the sign-in says why.
    const refused = error instanceof ConnectionError && error.status === 403;
    phase.value = refused ? "signedOut" : "unreachable";
  }
}

/** `askFor`: asks for what the first screen needs while the session is still being asked for. */
export async function signIn(
  name: string,
  password: string,
  remember: boolean,
  askFor: (person: Person) => Promise<unknown>,
): Promise<void> {
  const person = await login(name, password, remember);
  personName.value = person.name;
  if (phase.value === "expired" && person.address !== username.value) {
    // Somebody else: nothing of the first person may stay on the screen.
    location.assign("/");
    return;
  }
  const ahead = phase.value === "expired" ? null : askFor(person);
  const session = await client.connect();
  // The sign-in went well and the cookie did not come back: the browser refuses it.
  if (!session) throw new LoginError("cookies");
  await soon(ahead);
  enter(session.username);
  resumeWaiting?.();
  resumeWaiting = null;
}

export async function signOut(): Promise<void> {
  await logout();
  forgetMemory();
  // A fresh page: nothing of the account stays in memory.
  location.assign("/");
}

function enter(name: string): void {
  username.value = name;
  phase.value = "signedIn";
}
