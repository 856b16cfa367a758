import { X } from "lucide";
import { t } from "../i18n";
import { Button, IconButton } from "./Button";
import "./Toasts.css";
import { dismissToast, holdToast, resumeToast, takeToastAction, toasts } from "./toast";

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div
          key={toast.id}
          class={`toast toast-${toast.kind}`}
          onPointerEnter={() => holdToast(toast.id)}
          onPointerLeave={() => resumeToast(toast.id)}
          onFocusIn={() => holdToast(toast.id)}
          onFocusOut={() => resumeToast(toast.id)}
        >
          <span>{toast.text}</span>
          {toast.action && (
            <Button kind="quiet" onClick={() => takeToastAction(toast.id)}>
              {toast.action.label}
            </Button>
          )}
          <IconButton label={t("ui.close")} icon={X} size={16} onClick={() => dismissToast(toast.id)} />
        </div>
      ))}
    </div>
  );
}
