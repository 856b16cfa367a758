import { useSignal } from "@preact/signals";
import { Archive, Ellipsis, Flag, Inbox, PenLine, Trash2 } from "lucide";
import { t } from "../i18n";
import { Avatar } from "./Avatar";
import { Button, IconButton } from "./Button";
import { Dialog } from "./Dialog";
import { Checkbox, Choice, Field } from "./Field";
import "./Gallery.css";
import { MenuButton } from "./Menu";
import { Skeleton } from "./Skeleton";
import { Splitter } from "./Splitter";
import { showToast } from "./toast";

const names = ["Léa Bernard", "Paul Durand", "Camille Martin", "Anne Petit", "rectorat@ac.test", "Zoé Lagrange"];
const colours = [
  "paper",
  "ground",
  "sunken",
  "ink",
  "ink-soft",
  "blue",
  "blue-soft",
  "ochre",
  "ochre-soft",
  "red",
  "red-soft",
];

/** Every part of the design system on one page, to be looked at together (/settings/gallery). */
export function Gallery() {
  const dialog = useSignal(false);
  const ticked = useSignal(true);
  const choice = useSignal<"a" | "b">("a");
  const width = useSignal(160);
  return (
    <div class="gallery">
      <h1>{t("gallery.title")}</h1>
      <div class="gallery-line">
        <Button kind="primary" icon={PenLine}>
          {t("compose.new")}
        </Button>
        <Button>{t("ui.cancel")}</Button>
        <Button kind="quiet">{t("action.undo")}</Button>
        <Button kind="danger">{t("action.destroy")}</Button>
        <Button disabled>{t("compose.send")}</Button>
      </div>
      <div class="gallery-line">
        <IconButton label={t("action.archive")} icon={Archive} />
        <IconButton label={t("action.trash")} icon={Trash2} />
        <IconButton label={t("action.flag")} icon={Flag} filled aria-pressed={true} />
        <MenuButton
          label={t("action.more")}
          icon={Ellipsis}
          items={() => [
            { id: "inbox", label: t("folder.inbox"), icon: Inbox, shortcut: "g i", run: () => undefined },
            "rule",
            { id: "trash", label: t("action.trash"), icon: Trash2, danger: true, run: () => undefined },
          ]}
        />
      </div>
      <div class="gallery-line">
        {names.map((name) => (
          <Avatar key={name} name={name} address={name} />
        ))}
      </div>
      <Field label={t("signIn.address")} hint={t("signIn.rememberHint")} />
      <Field label={t("folders.name")} error={t("folders.taken")} />
      <Checkbox
        label={t("settings.conversations")}
        checked={ticked.value}
        onChange={(value) => {
          ticked.value = value;
        }}
      />
      <Choice
        label={t("settings.theme")}
        value={choice.value}
        options={[
          { value: "a", label: t("settings.theme.light") },
          { value: "b", label: t("settings.theme.dark") },
        ]}
        onChange={(value) => {
          choice.value = value;
        }}
      />
      <Skeleton label={t("ui.loading")} />
      <div class="gallery-split">
        <span style={{ width: `${width.value}px` }} />
        <Splitter
          label={t("shell.listWidth")}
          value={width.value}
          min={80}
          max={320}
          onChange={(value) => {
            width.value = value;
          }}
        />
      </div>
      <div class="gallery-line">
        <Button
          onClick={() =>
            showToast({ text: t("compose.kept"), action: { label: t("action.undo"), run: () => undefined } })
          }
        >
          {t("gallery.toast")}
        </Button>
        <Button onClick={() => showToast({ kind: "problem", text: t("problem.connection") })}>
          {t("gallery.problem")}
        </Button>
        <Button
          onClick={() => {
            dialog.value = true;
          }}
        >
          {t("gallery.dialog")}
        </Button>
      </div>
      <ul class="gallery-line">
        {colours.map((colour) => (
          <li key={colour} class="gallery-colour">
            <span style={{ background: `var(--${colour})` }} />
            {colour}
          </li>
        ))}
      </ul>
      {dialog.value && (
        <Dialog
          title={t("gallery.dialog")}
          onClose={() => {
            dialog.value = false;
          }}
        >
          <p>{t("expired.other")}</p>
        </Dialog>
      )}
    </div>
  );
}
