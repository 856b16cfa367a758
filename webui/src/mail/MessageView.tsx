import { Code, Download, Ellipsis, FileText, Flag, Forward, Paperclip, PenLine, Reply, ReplyAll } from "lucide";
import { useEffect } from "preact/hooks";
import { lazy } from "../app/lazy";
import { compose } from "../compose";
import { t } from "../i18n";
import { ConnectionError, type EmailBody, type EmailHeader } from "../jmap";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { MenuButton } from "../ui/Menu";
import { useStateOf } from "../ui/useStateOf";
import { Attachments } from "./Attachments";
import { setFlagged } from "./actions";
import { saveMessage } from "./download";
import { displayName, longTime, shortTime } from "./format";
import { MessageBody } from "./MessageBody";
import { MessageHead } from "./MessageHead";
import "./MessageView.css";
import { problemText } from "./problem";
import { bodyAtHand, loadBody } from "./store/bodies";
import { isScheduled, isSent } from "./store/mailboxes";

const DeliveryBar = lazy(() => import("./DeliveryBar").then((module) => module.DeliveryBar));
const SourceView = lazy(() => import("./SourceView").then((module) => module.SourceView));
const ScheduledBar = lazy(() => import("../compose/ScheduledBar").then((module) => module.ScheduledBar));

type Props = { value: EmailHeader; open: boolean; alone: boolean; newest: boolean; onToggle: () => void };

/** One message of the stack: a line when folded, else head, body and attachments. */
export function MessageView({ value, open, alone, newest, onToggle }: Props) {
  const author = value.from?.[0];
  const name = author ? displayName(author) : t("list.noSender");
  if (!open)
    return (
      <article
        class="message message-folded"
        aria-label={t("reader.message", { name, time: longTime(value.receivedAt) })}
      >
        <button type="button" class="message-line" aria-expanded="false" onClick={onToggle}>
          <Avatar name={name} address={author?.email ?? ""} />
          <span class="message-line-name ellipsis">{value.keywords.$draft ? t("reader.draft") : name}</span>
          <span class="message-line-preview ellipsis">{value.preview}</span>
          {value.hasAttachment && <Icon of={Paperclip} size={14} />}
          {value.keywords.$flagged && <Icon of={Flag} size={14} filled />}
          <time dateTime={value.receivedAt}>{shortTime(value.receivedAt)}</time>
        </button>
      </article>
    );
  return (
    <article
      class="message message-open"
      data-id={value.id}
      aria-label={t("reader.message", { name, time: longTime(value.receivedAt) })}
    >
      <OpenMessage value={value} alone={alone} newest={newest} onToggle={onToggle} />
    </article>
  );
}

function OpenMessage({ value, alone, newest, onToggle }: Omit<Props, "open">) {
  const [body, setBody] = useStateOf<EmailBody | null>(value.id, () => bodyAtHand(value.id));
  const [problem, setProblem] = useStateOf(value.id, () => "");
  const [asText, setAsText] = useStateOf(value.id, () => false);
  const [source, setSource] = useStateOf(value.id, () => false);
  const load = () => {
    setProblem("");
    loadBody(value.id).then(setBody, (error: unknown) => {
      setProblem(error instanceof ConnectionError ? t("reader.notLoaded") : problemText(error));
    });
  };
  useEffect(load, [value.id]);
  const waits = isScheduled(value);
  return (
    <>
      <MessageHead
        value={value}
        body={body}
        onFold={alone ? undefined : onToggle}
        menu={<MessageMenu value={value} asText={asText} onAsText={setAsText} onSource={() => setSource(true)} />}
      />
      {waits && <ScheduledBar key={value.id} value={value} />}
      {isSent(value) && <DeliveryBar id={value.id} />}
      {source && <SourceView value={value} onClose={() => setSource(false)} />}
      {problem && (
        <div class="message-problem">
          <p>{problem}</p>
          <Button onClick={load}>{t("ui.retry")}</Button>
        </div>
      )}
      <MessageBody value={value} body={body} loading={!problem} asText={asText} />
      {body && <Attachments key={value.id} value={value} body={body} />}
      {body && newest && !waits && !value.keywords.$draft && <AnswerBar value={value} body={body} />}
      {value.keywords.$draft && (
        <div class="answer-bar">
          <Button icon={PenLine} onClick={() => void compose({ kind: "draft", emailId: value.id })}>
            {t("reader.resume")}
          </Button>
        </div>
      )}
    </>
  );
}

type MenuProps = {
  value: EmailHeader;
  asText: boolean;
  onAsText: (asText: boolean) => void;
  onSource: () => void;
};

function MessageMenu({ value, asText, onAsText, onSource }: MenuProps) {
  const flagged = value.keywords.$flagged === true;
  const answer = (kind: "reply" | "replyAll" | "forward") => void compose({ kind, emailId: value.id });
  return (
    <MenuButton
      label={t("reader.messageMenu")}
      icon={Ellipsis}
      items={() => [
        { id: "reply", label: t("compose.reply"), icon: Reply, run: () => answer("reply") },
        { id: "replyAll", label: t("compose.replyAll"), icon: ReplyAll, run: () => answer("replyAll") },
        { id: "forward", label: t("compose.forward"), icon: Forward, run: () => answer("forward") },
        "rule",
        {
          id: "flag",
          label: flagged ? t("action.unflag") : t("action.flag"),
          icon: Flag,
          run: () => void setFlagged([value.id], !flagged),
        },
        {
          id: "text",
          label: asText ? t("reader.showHtml") : t("reader.showText"),
          icon: FileText,
          run: () => onAsText(!asText),
        },
        { id: "source", label: t("reader.source"), icon: Code, run: onSource },
        {
          id: "download",
          label: t("reader.download"),
          icon: Download,
          run: () => saveMessage(value),
        },
      ]}
    />
  );
}

/** The answer, in place under the newest message. */
function AnswerBar({ value, body }: { value: EmailHeader; body: EmailBody | null }) {
  const several = (value.to?.length ?? 0) + (body?.cc?.length ?? 0) > 1;
  const answer = (kind: "reply" | "replyAll" | "forward") => void compose({ kind, emailId: value.id });
  return (
    <div class="answer-bar">
      <Button icon={Reply} onClick={() => answer("reply")}>
        {t("compose.reply")}
      </Button>
      {several && (
        <Button icon={ReplyAll} onClick={() => answer("replyAll")}>
          {t("compose.replyAll")}
        </Button>
      )}
      <Button icon={Forward} onClick={() => answer("forward")}>
        {t("compose.forward")}
      </Button>
    </div>
  );
}
