import { layout } from "../app/layout";
import { compositions } from ".";
import { Composer } from "./Composer";
import "./Dock.css";

/** The open composers side by side at the foot of the page; one at a time on a phone. */
export function Dock() {
  const phone = layout.value === "phone";
  const shown = phone ? compositions.value.slice(-1) : compositions.value;
  return (
    <div class={phone ? "compositions compositions-phone" : "compositions"}>
      {shown.map((composition) => (
        <Composer key={composition.key} composition={composition} phone={phone} />
      ))}
    </div>
  );
}
