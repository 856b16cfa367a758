import { t } from "../i18n";
import { Dialog } from "../ui/Dialog";
import "./ShortcutSheet.css";
import { shortcutGroups, shortcutSheetOpen } from "./shortcuts";

export function ShortcutSheet() {
  return (
    <Dialog
      title={t("shortcuts.title")}
      wide
      onClose={() => {
        shortcutSheetOpen.value = false;
      }}
    >
      <div class="shortcut-groups">
        {shortcutGroups.map((group) => (
          <section key={group.title}>
            <h3>{t(group.title)}</h3>
            <dl>
              {group.shortcuts.map(({ keys, text }) => (
                <div key={text}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{t(text)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
