import { boolean, remembered } from "../app/preferences";
import { username } from "../app/session";

/** Whether this person writes in plain text: what was chosen last, on this browser, by who is signed in. */
export const writesPlain = remembered(`plain.${username.peek().toLowerCase()}`, false, boolean);
