import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { Announcer } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Toasts } from "../ui/Toasts";
import { laidOut } from "./behind";
import { ExpiredSession } from "./ExpiredSession";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { phase, start } from "./session";

export function App() {
  return (
    <>
      <Page />
      <Toasts />
      <Announcer />
    </>
  );
}

function Page() {
  const now = phase.value;
  const entered = now === "signedIn" || now === "expired";
  const behind = now === "signedOut" && laidOut.value;
  return (
    <>
      {now === "signedOut" && <SignIn />}
      {now === "unreachable" && <Unreachable />}
      {(entered || behind) && <Shell behind={behind} />}
      {now === "expired" && <ExpiredSession />}
    </>
  );
}

function Unreachable() {
  useEffect(() => {
    document.title = "Facteur";
  });
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <h1>{t("unreachable.title")}</h1>
        <p>{t("unreachable.text")}</p>
        <Button kind="primary" onClick={() => void start()}>
          {t("unreachable.retry")}
        </Button>
      </div>
    </main>
  );
}
