import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { closeSession, listSessions, type WebSession } from "../app/auth";
import { signOut } from "../app/session";
import { t } from "../i18n";
import { longTime } from "../mail/format";
import { problemText } from "../mail/problem";
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/Skeleton";
import { showToast } from "../ui/toast";
import { browserName } from "./browser";

/** Where one is signed in; each can be closed. */
export function SessionList() {
  const sessions = useSignal<WebSession[] | null>(null);
  const problem = useSignal("");
  useEffect(() => {
    listSessions().then(
      (list) => {
        sessions.value = list;
      },
      (error: unknown) => {
        problem.value = problemText(error);
      },
    );
  }, []);
  const close = async (session: WebSession) => {
    if (session.current) return signOut();
    try {
      await closeSession(session.id);
      sessions.value = sessions.value?.filter(({ id }) => id !== session.id) ?? null;
      showToast({ text: t("sessions.closed") });
    } catch (error) {
      showToast({ kind: "problem", text: problemText(error) });
    }
  };
  if (problem.value) return <p>{problem.value}</p>;
  if (!sessions.value) return <Skeleton label={t("ui.loading")} />;
  return (
    <ul class="sessions">
      {sessions.value.map((session) => {
        const name = browserName(session.userAgent);
        return (
          <li key={session.id}>
            <div class="sessions-text">
              <p>
                <strong>{name}</strong> {session.current && t("sessions.current")}
              </p>
              <p>{t("sessions.lastSeen", { time: longTime(session.lastSeen), address: session.address })}</p>
            </div>
            <Button onClick={() => void close(session)}>
              {session.current ? t("account.signOut") : t("sessions.close")}
              <span class="hidden-label"> {name}</span>
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
