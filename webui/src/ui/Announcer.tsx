import { announcement } from "./announce";

/** Never seen; read out when it changes and nothing more important is being read. */
export function Announcer() {
  return (
    <div class="announcer hidden-label" role="status" aria-live="polite">
      {announcement.value}
    </div>
  );
}
