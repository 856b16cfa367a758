import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Language, language, languages, t } from "../i18n";
import { Button } from "../ui/Button";
import { Checkbox, Field } from "../ui/Field";
import { LoginError } from "./auth";
import { askFor } from "./begin";
import { languagePreference } from "./preferences";
import "./SignIn.css";
import { signIn, username } from "./session";

type FormProps = { known?: string };

/** The form alone: the whole page at first, a dialog when a session has ended. */
export function SignInForm({ known }: FormProps) {
  const name = useSignal(known ?? username.value);
  const password = useSignal("");
  const remember = useSignal(false);
  // Over plain HTTP the server takes no password: said before one is typed.
  const problem = useSignal<LoginError | null>(window.isSecureContext ? null : new LoginError("insecure"));
  const busy = useSignal(false);
  const nameField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  useEffect(() => ((name.peek() === "" && nameField.current) || passwordField.current)?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      await signIn(name.value.trim(), password.value, remember.value, askFor);
    } catch (error) {
      problem.value = error instanceof LoginError ? error : new LoginError("unreachable");
      if (problem.value.problem === "wrong") {
        password.value = "";
        passwordField.current?.focus();
      }
    } finally {
      busy.value = false;
    }
  };

  return (
    <form class="sign-in-form" onSubmit={submit}>
      {known === undefined && (
        <Field
          label={t("signIn.address")}
          inputRef={nameField}
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      )}
      <Field
        label={t("signIn.password")}
        inputRef={passwordField}
        type="password"
        name="password"
        autocomplete="current-password"
        required
        value={password.value}
        onInput={(event) => {
          password.value = event.currentTarget.value;
        }}
      />
      <Checkbox
        label={t("signIn.remember")}
        hint={t("signIn.rememberHint")}
        checked={remember.value}
        onChange={(checked) => {
          remember.value = checked;
        }}
      />
      <div role="alert">
        {problem.value && (
          <div class="sign-in-problem">
            <p>{t(`signIn.problem.${problem.value.problem}`, { seconds: problem.value.retryAfter })}</p>
            {problem.value.problem === "insecure" && location.port === "" && (
              <a href={`https://${location.host}${location.pathname}`}>{t("signIn.secure")}</a>
            )}
          </div>
        )}
      </div>
      <Button kind="primary" type="submit" aria-disabled={busy.value}>
        {busy.value ? t("signIn.busy") : t("signIn.submit")}
      </Button>
    </form>
  );
}

export function SignIn() {
  useEffect(() => {
    document.title = `${t("signIn.title")} – Facteur`;
  });
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <img src="/favicon.svg" alt="" width={48} height={48} />
        <h1>{t("signIn.title")}</h1>
        <SignInForm />
      </div>
      <LanguageLinks />
    </main>
  );
}

const names: Record<Language, string> = { fr: "Français", en: "English" };

function LanguageLinks() {
  return (
    <ul class="sign-in-languages">
      {languages.map((code) => (
        <li key={code}>
          <button
            type="button"
            lang={code}
            class="text-button"
            aria-pressed={language.value === code}
            onClick={() => {
              languagePreference.value = code;
            }}
          >
            {names[code]}
          </button>
        </li>
      ))}
    </ul>
  );
}
