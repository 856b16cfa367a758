import { type IconNode, Mail, Settings } from "lucide";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { Link } from "./Link";
import "./Rail.css";
import { page, type Route } from "./router";

type Place = { page: Route["page"]; to: Route; label: string; icon: IconNode };

/** The parts of the platform. */
export function Rail() {
  const places: Place[] = [
    { page: "mail", to: { page: "mail", box: "inbox", email: null }, label: t("rail.mail"), icon: Mail },
    { page: "settings", to: { page: "settings", section: "general" }, label: t("rail.settings"), icon: Settings },
  ];
  const current = page.value === "search" ? "mail" : page.value;
  return (
    <nav class="rail" aria-label={t("rail.title")}>
      {places.map((place) => (
        <Link
          key={place.page}
          to={place.to}
          class="rail-place"
          aria-current={place.page === current ? "page" : undefined}
        >
          <Icon of={place.icon} size={20} />
          <span>{place.label}</span>
        </Link>
      ))}
    </nav>
  );
}
