import { t } from "../i18n";
import "./ConnectionLine.css";
import { connected } from "./connection";

/** Says quietly that the line is down; goes away by itself. */
export function ConnectionLine() {
  return (
    <div class="connection" role="status">
      {!connected.value && <p>{t("connection.lost")}</p>}
    </div>
  );
}
