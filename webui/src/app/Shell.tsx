import { useEffect } from "preact/hooks";
import { Compositions } from "../compose";
import { t } from "../i18n";
import { FolderList } from "../mail/FolderList";
import { MailPage } from "../mail/MailPage";
import { openId } from "../mail/view";
import { Splitter } from "../ui/Splitter";
import { useBack } from "../ui/useBack";
import { BottomBar } from "./BottomBar";
import { ConnectionLine } from "./ConnectionLine";
import { useKeyboard } from "./keyboard";
import { foldersOpen, layout } from "./layout";
import { lazy } from "./lazy";
import { foldersWidth } from "./preferences";
import { Rail } from "./Rail";
import { isGallery, page } from "./router";
import { shortcutSheetOpen } from "./shortcuts";
import "./print.css";
import "./Shell.css";
import { startSync } from "./sync";
import { TopBar } from "./TopBar";
import { useTitle } from "./title";

const SettingsPage = lazy(() => import("../settings/SettingsPage").then((module) => module.SettingsPage));
const Gallery = lazy(() => import("../ui/Gallery").then((module) => module.Gallery));
const ShortcutSheet = lazy(() => import("./ShortcutSheet").then((module) => module.ShortcutSheet));

/** The desk: bars, folders, and the page of the address. `behind` the sign-in nobody is at it yet. */
export function Shell({ behind }: { behind: boolean }) {
  const phone = layout.value === "phone";
  // On a phone an open message has the bar of its own, and all the rest of the height.
  const reading = phone && openId.value !== null;
  return (
    <div
      class={`shell shell-${layout.value} ${reading ? "shell-reading" : ""} ${behind ? "shell-behind" : ""}`}
      inert={behind}
    >
      <a class="skip-link" href="#content">
        {t("shell.skip")}
      </a>
      {!reading && <TopBar />}
      {layout.value === "wide" && <Rail />}
      <div class="shell-body">
        {phone ? (
          foldersOpen.value && <FolderDrawer />
        ) : (
          <div class="shell-folders" style={{ width: `${foldersWidth.value}px` }}>
            <FolderList>
              <Splitter
                label={t("shell.foldersWidth")}
                value={foldersWidth.value}
                min={180}
                max={400}
                onChange={(width) => {
                  foldersWidth.value = width;
                }}
              />
            </FolderList>
          </div>
        )}
        <main id="content" class="shell-page" tabIndex={-1}>
          <ConnectionLine />
          <Page />
        </main>
      </div>
      {phone && <BottomBar />}
      {!behind && <AtWork />}
    </div>
  );
}

/** What goes on once somebody sits at the desk. */
function AtWork() {
  useEffect(() => {
    void startSync();
  }, []);
  useKeyboard();
  useTitle();
  return (
    <>
      <Compositions />
      {shortcutSheetOpen.value && <ShortcutSheet />}
    </>
  );
}

function Page() {
  if (page.value !== "settings") return <MailPage />;
  return isGallery.value ? <Gallery /> : <SettingsPage />;
}

function FolderDrawer() {
  useBack(true, () => {
    foldersOpen.value = false;
  });
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") foldersOpen.value = false;
    };
    document.addEventListener("keydown", close);
    document.querySelector<HTMLElement>(".drawer .folder")?.focus();
    return () => document.removeEventListener("keydown", close);
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it too
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it too
    <div
      class="drawer"
      onClick={(event) => {
        if (event.target === event.currentTarget) foldersOpen.value = false;
      }}
    >
      <FolderList />
    </div>
  );
}
