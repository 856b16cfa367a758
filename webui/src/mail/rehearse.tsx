import { render } from "preact";
import { Answers, type EmailHeader, Request } from "../jmap";
import { whenIdle } from "../ui/idle";
import { Rows } from "./Rows";
import { forget } from "./store/emails";
import { EmailList } from "./store/list";
import { tabStop } from "./store/selection";

const sample: EmailHeader = {
  id: "",
  blobId: "",
  threadId: "",
  mailboxIds: {},
  keywords: { $flagged: true },
  size: 0,
  receivedAt: "2000-01-01T12:00:00Z",
  sentAt: null,
  from: [{ name: "A B", email: "a@b" }],
  to: null,
  subject: "",
  hasAttachment: true,
  preview: "",
};

/** The answers to the calls for the first rows, to whom there is one message. */
function answersTo(request: Request): Answers {
  const answer = { ids: [sample.id], total: 1, list: [{ ...sample, emailIds: [sample.id] }] };
  return new Answers(
    request.calls.map(([name, , id]) => [name, answer, id]),
    "",
  );
}

/**
 * Takes and draws a row that nobody sees. A browser compiles code when it first runs: on an old machine the first real
 * rows would wait for that.
 */
export function rehearseRows(): void {
  const list = new EmailList({ filter: null, sort: [], collapseThreads: true });
  const request = new Request();
  void list.askFirst(request, "")(answersTo(request));
  const nowhere = document.createElement("div");
  render(<Rows list={list} />, nowhere);
  whenIdle(() => {
    render(null, nowhere);
    forget([sample.id]);
    tabStop.value = null;
  });
}
