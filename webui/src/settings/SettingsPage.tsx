import { conversations, languagePreference, readerPlace, shortcutsOn, themePreference } from "../app/preferences";
import { language, t } from "../i18n";
import { Checkbox, Choice } from "../ui/Field";
import { IdentityList } from "./IdentityList";
import { Notifications } from "./Notifications";
import { SessionList } from "./SessionList";
import { VacationForm } from "./VacationForm";
import { canAnswer } from "./vacation";
import "./SettingsPage.css";

/** What each person chooses for this browser, and who is signed in where. */
export function SettingsPage() {
  return (
    <div class="settings">
      <div class="settings-body">
        <h1>{t("settings.title")}</h1>
        <section>
          <h2>{t("settings.look")}</h2>
          <Choice
            label={t("settings.language")}
            value={language.value}
            options={[
              { value: "fr", label: "Français" },
              { value: "en", label: "English" },
            ]}
            onChange={(value) => {
              languagePreference.value = value;
            }}
          />
          <Choice
            label={t("settings.theme")}
            value={themePreference.value}
            options={(["auto", "light", "dark"] as const).map((value) => ({
              value,
              label: t(`settings.theme.${value}`),
            }))}
            onChange={(value) => {
              themePreference.value = value;
            }}
          />
        </section>
        <section>
          <h2>{t("settings.mail")}</h2>
          <Choice
            label={t("settings.reader")}
            value={readerPlace.value}
            options={(["right", "below", "off"] as const).map((value) => ({
              value,
              label: t(`settings.reader.${value}`),
            }))}
            onChange={(value) => {
              readerPlace.value = value;
            }}
          />
          <Checkbox
            label={t("settings.conversations")}
            hint={t("settings.conversationsHint")}
            checked={conversations.value}
            onChange={(checked) => {
              conversations.value = checked;
            }}
          />
          <Checkbox
            label={t("settings.shortcuts")}
            hint={t("settings.shortcutsHint")}
            checked={shortcutsOn.value}
            onChange={(checked) => {
              shortcutsOn.value = checked;
            }}
          />
          <Notifications />
        </section>
        <section>
          <h2>{t("settings.identities")}</h2>
          <IdentityList />
        </section>
        {canAnswer() && (
          <section>
            <h2>{t("vacation.title")}</h2>
            <VacationForm />
          </section>
        )}
        <section>
          <h2>{t("settings.sessions")}</h2>
          <p>{t("settings.sessionsText")}</p>
          <SessionList />
        </section>
      </div>
    </div>
  );
}
