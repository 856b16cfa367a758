import { effect } from "@preact/signals";
import { browserLanguage, loadLanguage } from "../i18n";
import { languagePreference } from "./preferences";

/** Speaks the language chosen, now and whenever the choice changes; resolves when there are words to show. */
export function followLanguage(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      const wanted = languagePreference.value ?? browserLanguage();
      void loadLanguage(wanted).then(resolve);
    });
  });
}
