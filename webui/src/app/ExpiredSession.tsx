import { t } from "../i18n";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { SignInForm } from "./SignIn";
import { username } from "./session";

/** The session has ended: the password is asked for over what was being done, which then goes on. */
export function ExpiredSession() {
  return (
    <Dialog title={t("expired.title")}>
      <p>{t("expired.text", { address: username.value })}</p>
      <SignInForm known={username.value} />
      <Button kind="quiet" onClick={() => location.assign("/")}>
        {t("expired.other")}
      </Button>
    </Dialog>
  );
}
