#include "actors/session/jmap/header_property.h"

#include "transport/mime/headers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace facteur {
namespace {

constexpr std::array<std::pair<std::string_view, HeaderForm>, 7> forms{
    {{"asRaw", HeaderForm::raw},
     {"asText", HeaderForm::text},
     {"asAddresses", HeaderForm::addresses},
     {"asGroupedAddresses", HeaderForm::grouped_addresses},
     {"asMessageIds", HeaderForm::message_ids},
     {"asDate", HeaderForm::date},
     {"asURLs", HeaderForm::urls}}};

// The fields that RFC 5322 and RFC 2369 define, with the parsed form that fits them besides raw. `raw`: none.
constexpr std::array<std::pair<std::string_view, HeaderForm>, 33> defined{
    {{"Date", HeaderForm::date},
     {"From", HeaderForm::addresses},
     {"Sender", HeaderForm::addresses},
     {"Reply-To", HeaderForm::addresses},
     {"To", HeaderForm::addresses},
     {"Cc", HeaderForm::addresses},
     {"Bcc", HeaderForm::addresses},
     {"Message-ID", HeaderForm::message_ids},
     {"In-Reply-To", HeaderForm::message_ids},
     {"References", HeaderForm::message_ids},
     {"Subject", HeaderForm::text},
     {"Comments", HeaderForm::text},
     {"Keywords", HeaderForm::text},
     {"List-Id", HeaderForm::text},
     {"Resent-Date", HeaderForm::date},
     {"Resent-From", HeaderForm::addresses},
     {"Resent-Sender", HeaderForm::addresses},
     {"Resent-Reply-To", HeaderForm::addresses},
     {"Resent-To", HeaderForm::addresses},
     {"Resent-Cc", HeaderForm::addresses},
     {"Resent-Bcc", HeaderForm::addresses},
     {"Resent-Message-ID", HeaderForm::message_ids},
     {"Return-Path", HeaderForm::raw},
     {"Received", HeaderForm::raw},
     {"List-Help", HeaderForm::urls},
     {"List-Unsubscribe", HeaderForm::urls},
     {"List-Subscribe", HeaderForm::urls},
     {"List-Post", HeaderForm::urls},
     {"List-Owner", HeaderForm::urls},
     {"List-Archive", HeaderForm::urls},
     {"MIME-Version", HeaderForm::text},
     {"Content-Type", HeaderForm::text},
     {"Content-Disposition", HeaderForm::text}}};

bool is_field_name(std::string_view name) {
    return !name.empty() && name.size() <= 128 &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

} // namespace

std::optional<HeaderProperty> read_header_property(std::string_view property) {
    constexpr std::string_view prefix = "header:";
    if (!property.starts_with(prefix)) return std::nullopt;
    property.remove_prefix(prefix.size());
    HeaderProperty header;
    auto end = std::min(property.find(':'), property.size());
    header.field = property.substr(0, end);
    if (!is_field_name(header.field)) return std::nullopt;
    property.remove_prefix(end);
    if (property.starts_with(":as")) {
        property.remove_prefix(1);
        end = std::min(property.find(':'), property.size());
        const auto name = property.substr(0, end);
        const auto form =
            std::find_if(forms.begin(), forms.end(), [&](const auto& f) { return f.first == name; });
        if (form == forms.end()) return std::nullopt;
        header.form = form->second;
        property.remove_prefix(end);
    }
    if (property == ":all") {
        header.all = true;
        property = {};
    }
    return property.empty() ? std::optional(header) : std::nullopt;
}

bool allows(std::string_view field, HeaderForm form) {
    if (form == HeaderForm::raw) return true;
    if (form == HeaderForm::grouped_addresses) form = HeaderForm::addresses;
    for (const auto& [name, fitting] : defined)
        if (mime::same_name(name, field)) return fitting == form;
    return true;
}

} // namespace facteur
