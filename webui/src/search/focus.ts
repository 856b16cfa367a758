import { openEmail } from "../app/router";

const field = () => document.querySelector<HTMLInputElement>(".search input");

/** Puts the keyboard into the search field, wherever it stands; an open message that hides it gives way. */
export async function focusSearch(): Promise<void> {
  if (!field()) {
    openEmail(null);
    // The page is drawn anew before the next key comes.
    await Promise.resolve();
  }
  field()?.focus();
  field()?.select();
}
