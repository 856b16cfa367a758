import { signal } from "@preact/signals";

/** Whether the last thing we asked of the server got an answer. */
export const connected = signal(true);
