import { MailOpen } from "lucide";
import { layout } from "../app/layout";
import { listHeight, listWidth, readerPlace } from "../app/preferences";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { Splitter } from "../ui/Splitter";
import "./MailPage.css";
import { MessageList } from "./MessageList";
import { MoveMenu } from "./MoveMenu";
import { Reader } from "./Reader";
import { currentList, openId } from "./view";

/** The list and the reader, side by side, one above the other, or one at a time. */
export function MailPage() {
  const place = layout.value === "wide" ? readerPlace.value : "off";
  const open = openId.value;
  return (
    <div class={`mail mail-${place}`}>
      {(place !== "off" || open === null) && (
        <div
          class="mail-list"
          style={
            place === "right"
              ? { width: `${listWidth.value}px` }
              : place === "below"
                ? { height: `${listHeight.value}px` }
                : {}
          }
        >
          <MessageList />
        </div>
      )}
      {place === "right" && (
        <Splitter
          label={t("shell.listWidth")}
          value={listWidth.value}
          min={300}
          max={760}
          onChange={(width) => {
            listWidth.value = width;
          }}
        />
      )}
      {place === "below" && (
        <Splitter
          across
          label={t("shell.listHeight")}
          value={listHeight.value}
          min={160}
          max={700}
          onChange={(height) => {
            listHeight.value = height;
          }}
        />
      )}
      {(place !== "off" || open !== null) && (
        <div class="mail-reader">{open === null ? <NothingOpen /> : <Reader id={open} />}</div>
      )}
      <MoveMenu />
    </div>
  );
}

function NothingOpen() {
  if (currentList.value?.total.value === 0) return null;
  return (
    <div class="mail-nothing">
      <Icon of={MailOpen} size={40} />
      <p>{t("reader.nothing")}</p>
    </div>
  );
}
