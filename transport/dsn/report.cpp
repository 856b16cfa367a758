#include "transport/dsn/report.h"

#include "transport/base/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/smtp/reply_reader.h"
#include "transport/smtp/trace.h"

#include <algorithm>
#include <array>
#include <utility>

namespace facteur::dsn {
namespace {

constexpr std::array<std::pair<Action, std::string_view>, 5> names{{
    {Action::failed, "failed"},
    {Action::delayed, "delayed"},
    {Action::delivered, "delivered"},
    {Action::relayed, "relayed"},
    {Action::expanded, "expanded"},
}};

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
// ---- writing

// RFC 6533 §3 EmbeddedUnicodeChar, for each character that is not ASCII. `text` is valid UTF-8.
std::string escaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if (size == 1) {
            out += text[i++];
            continue;
        }
        char32_t point = first & (0xff >> (size + 1));
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
            point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
        constexpr std::string_view digits = "0123456789ABCDEF";
        std::string hex;
        for (int shift = 20; shift >= 0; shift -= 4)
            if (const auto digit = point >> shift & 15; digit != 0 || !hex.empty() || shift < 8)
                hex += digits[digit];
        out += "\\x{" + hex + '}';
        i += size;
    }
    return out;
}

class FieldWriter {
public:
    FieldWriter(std::string& out, bool utf8) : out_(out), utf8_(utf8) {}

    void add(std::string_view name, std::string_view value) {
        auto text = mime::repair_utf8(value);
        std::replace_if(text.begin(), text.end(), is_control, '?');
        if (!utf8_) text = escaped(text);
        out_ += name;
        out_ += ':';
        add_words(text, name.size() + 1);
        out_ += "\r\n";
    }
    void add_typed(std::string_view name, std::string_view type, std::string_view value) {
        add(name, std::string(type).append("; ").append(value));
    }
    void add_date(std::string_view name, std::int64_t seconds) {
        if (seconds != 0) add(name, smtp::date_time(seconds));
    }

private:
    // One space before each word; a fold is a line end before it. What is too long for a line is cut.
    void add_words(std::string_view text, std::size_t column) {
        constexpr std::size_t widest = 76, longest_word = 900;
        bool is_first = true;
        while (true) {
            text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
            if (text.empty()) return;
            const auto word = text.substr(0, std::min(text.find(' '), longest_word));
            if (!is_first && column + 1 + word.size() > widest) {
                out_ += "\r\n";
                column = 0;
            }
            out_ += ' ';
            out_ += word;
            column += 1 + word.size();
            text.remove_prefix(word.size());
            is_first = false;
        }
    }

    std::string& out_;
    bool utf8_;
};

std::string_view default_status(Action action) {
    switch (action) {
    case Action::failed: return "5.0.0";
    case Action::delayed: return "4.0.0";
    default: return "2.0.0";
    }
}

void write_recipient(FieldWriter& out, const RecipientReport& recipient) {
    if (const auto& original = recipient.original)
        out.add_typed("Original-Recipient", original->type, original->address);
    out.add_typed("Final-Recipient", mime::is_ascii(recipient.address) ? "rfc822" : "utf-8",
                  recipient.address);
    out.add("Action", name_of(recipient.action));
    out.add("Status", recipient.status.empty() ? default_status(recipient.action) : recipient.status);
    if (!recipient.remote_host.empty()) out.add_typed("Remote-MTA", "dns", recipient.remote_host);
    if (!recipient.diagnostic.empty())
        out.add_typed("Diagnostic-Code", recipient.diagnostic_type,
                      mime::utf8_prefix(recipient.diagnostic, max_diagnostic_octets));
    out.add_date("Last-Attempt-Date", recipient.last_attempt);
    out.add_date("Will-Retry-Until", recipient.retry_until);
}

// ---- reading

// Takes the fields up to the next blank line off `text`; empty at its end.
std::string_view take_group(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    std::size_t at = 0;
    while (true) {
        at = text.find('\n', at);
        if (at == std::string_view::npos) return std::exchange(text, {});
        ++at;
        const auto rest = text.substr(at);
        if (!rest.starts_with('\n') && !rest.starts_with("\r\n")) continue;
        const auto group = text.substr(0, at);
        text = rest;
        return group;
    }
}

std::string value_of(const mime::Field& field) {
    std::string out;
    for (const char c : field.value.substr(0, max_read_octets))
        if (c != '\r' && c != '\n') out += is_control(c) ? ' ' : c;
    return mime::guess_utf8(ascii::trimmed(out));
}

struct Typed {
    std::string type, text;
};
Typed typed(std::string_view value) {
    const auto end = value.find(';');
    if (end == std::string_view::npos) return {"", std::string(value)};
    return {ascii::lowered(ascii::trimmed(value.substr(0, end))),
            std::string(ascii::trimmed(value.substr(end + 1)))};
}

// "\x{E9}" as é; what is no such character stays. ASCII is never written so (RFC 6533 §3 HEXPOINT): an
// address that hides an "@" stays as it is.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto end = text.substr(i).starts_with("\\x{") ? text.find('}', i) : std::string_view::npos;
        const auto digits =
            end == std::string_view::npos ? std::string_view{} : text.substr(i + 3, end - i - 3);
        char32_t point = 0;
        for (const char c : digits)
            point = digits.size() > 6 || ascii::hex_value(c) < 0
                        ? 0x110000
                        : point << 4 | static_cast<char32_t>(ascii::hex_value(c));
        const bool is_surrogate = point >= 0xd800 && point < 0xe000;
        if (point < 0x80 || point > 0x10ffff || is_surrogate) {
            out += text[i];
            continue;
        }
        ascii::append_utf8(out, point);
        i = end;
    }
    return out;
}

std::string address_in(const Typed& value) {
    std::string_view text = value.text;
    if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
    return value.type == "utf-8" ? unescaped(text) : std::string(text);
}

// "5.1.1 (no such user)" as "5.1.1"; empty when it is no status code.
std::string status_in(std::string_view value) {
    if (value.empty() || (value[0] != '2' && value[0] != '4' && value[0] != '5')) return {};
    return std::string(
        smtp::enhanced_code(value.substr(0, value.find_first_of(" \t(")), (value[0] - '0') * 100));
}

std::optional<Action> action_in(std::string_view value) {
    const auto word = value.substr(0, value.find_first_of(" \t(;"));
    for (const auto& [action, name] : names)
        if (ascii::same_text(word, name)) return action;
    return std::nullopt;
}

Action action_of_status(std::string_view status) {
    if (status.starts_with('2')) return Action::delivered;
    return status.starts_with('4') ? Action::delayed : Action::failed;
}

std::int64_t date_in(std::string_view value) {
    const auto date = mime::date(value);
    return date ? date->seconds : 0;
}

std::optional<RecipientReport> read_recipient(std::string_view group) {
    RecipientReport out;
    std::optional<Action> action;
    for (const auto& field : mime::Fields(group)) {
        const auto value = value_of(field);
        const auto is = [&](std::string_view name) { return mime::same_name(field.name, name); };
        if (is("Final-Recipient")) {
            out.address = address_in(typed(value));
        } else if (is("Original-Recipient")) {
            const auto original = typed(value);
            out.original = smtp::OriginalRecipient{original.type, address_in(original)};
        } else if (is("Action")) {
            action = action_in(value);
        } else if (is("Status")) {
            out.status = status_in(value);
        } else if (is("Remote-MTA")) {
            out.remote_host = typed(value).text;
        } else if (is("Diagnostic-Code")) {
            auto [type, text] = typed(value);
            out.diagnostic = std::move(text);
            out.diagnostic_type = std::move(type);
        } else if (is("Last-Attempt-Date")) {
            out.last_attempt = date_in(value);
        } else if (is("Will-Retry-Until")) {
            out.retry_until = date_in(value);
        }
    }
    if (out.address.empty() && out.original) out.address = out.original->address;
    if (out.address.empty()) return std::nullopt;
    out.action = action.value_or(action_of_status(out.status));
    return out;
}

} // namespace

std::string_view name_of(Action action) {
    return names[static_cast<std::size_t>(action)].second;
}

std::string write_fields(const Report& report, bool utf8) {
    std::string text;
    FieldWriter out(text, utf8);
    if (!report.envelope_id.empty()) out.add("Original-Envelope-Id", report.envelope_id);
    out.add_typed("Reporting-MTA", "dns", report.host);
    out.add_date("Arrival-Date", report.arrival);
    for (const auto& recipient : report.recipients) {
        text += "\r\n";
        write_recipient(out, recipient);
    }
    return text;
}

Report read_fields(std::string_view text) {
    Report report;
    for (const auto& field : mime::Fields(take_group(text))) {
        if (mime::same_name(field.name, "Original-Envelope-Id")) report.envelope_id = value_of(field);
        if (mime::same_name(field.name, "Reporting-MTA")) report.host = typed(value_of(field)).text;
        if (mime::same_name(field.name, "Arrival-Date")) report.arrival = date_in(value_of(field));
    }
    while (!text.empty() && report.recipients.size() < max_read_recipients)
        if (auto recipient = read_recipient(take_group(text)))
            report.recipients.push_back(std::move(*recipient));
    return report;
}

} // namespace facteur::dsn
