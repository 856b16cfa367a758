import { CircleUserRound, Keyboard, LogOut, Menu as MenuIcon, Moon, Settings, Sun } from "lucide";
import { closeCompositions } from "../compose";
import { t } from "../i18n";
import { SearchField } from "../search/SearchField";
import { Avatar } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { MenuButton } from "../ui/Menu";
import { Link } from "./Link";
import { foldersOpen, layout } from "./layout";
import { dark, themePreference } from "./preferences";
import { go } from "./router";
import { personName, signOut, username } from "./session";
import { shortcutSheetOpen } from "./shortcuts";
import "./TopBar.css";

async function leave(): Promise<void> {
  if (await closeCompositions(username.value)) await signOut();
}

export function TopBar() {
  const phone = layout.value === "phone";
  return (
    <header class="top-bar">
      {phone ? (
        <IconButton
          label={t("folders.title")}
          icon={MenuIcon}
          aria-expanded={foldersOpen.value}
          onClick={() => {
            foldersOpen.value = !foldersOpen.value;
          }}
        />
      ) : (
        <Link to={{ page: "mail", box: "inbox", email: null }} class="brand">
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <span>Facteur</span>
        </Link>
      )}
      <SearchField />
      <MenuButton
        label={t("account.menu", { address: username.value })}
        icon={CircleUserRound}
        class="account"
        items={() => [
          {
            id: "settings",
            label: t("settings.title"),
            icon: Settings,
            run: () => go({ page: "settings", section: "general" }),
          },
          {
            id: "theme",
            label: dark.value ? t("account.light") : t("account.dark"),
            icon: dark.value ? Sun : Moon,
            run: () => {
              themePreference.value = dark.value ? "light" : "dark";
            },
          },
          {
            id: "shortcuts",
            label: t("shortcuts.title"),
            icon: Keyboard,
            shortcut: "?",
            run: () => {
              shortcutSheetOpen.value = true;
            },
          },
          "rule",
          { id: "signOut", label: t("account.signOut"), icon: LogOut, run: () => void leave() },
        ]}
      >
        <Avatar name={personName.value || (username.value.split("@")[0] ?? "")} address={username.value} />
      </MenuButton>
    </header>
  );
}
