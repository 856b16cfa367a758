import { effect, signal } from "@preact/signals";
import { rehearseRows } from "../mail/rehearse";
import { whenIdle } from "../ui/idle";
import { route } from "./router";
import { phase } from "./session";

/**
 * Whether the desk stands behind the sign-in, out of sight and out of reach. It is laid out while somebody types a
 * password, so that signing in has only its folders and rows to draw.
 */
export const laidOut = signal(false);

effect(() => {
  if (phase.value !== "signedOut" || !window.isSecureContext) return;
  return whenIdle(() => {
    const to = route.peek();
    // A message to be opened and the settings ask at once for what only comes after the sign-in.
    if (to.page !== "mail" || to.email !== null) return;
    laidOut.value = true;
    whenIdle(rehearseRows);
  });
});
