import { useSignal } from "@preact/signals";
import { notificationsOn } from "../app/preferences";
import { t } from "../i18n";
import { Checkbox } from "../ui/Field";

/** New mail told by the system, only for those who ask for it; the browser asks in its turn. */
export function Notifications() {
  const refused = useSignal(false);
  if (!("Notification" in window)) return null;
  const change = async (on: boolean) => {
    if (on && (await Notification.requestPermission()) !== "granted") {
      refused.value = true;
      notificationsOn.value = false;
      return;
    }
    refused.value = false;
    notificationsOn.value = on;
  };
  return (
    <>
      <Checkbox
        label={t("settings.notifications")}
        hint={t("settings.notificationsHint")}
        checked={notificationsOn.value && Notification.permission === "granted"}
        onChange={(on) => void change(on)}
      />
      <p role="status">{refused.value && t("settings.notificationsRefused")}</p>
    </>
  );
}
