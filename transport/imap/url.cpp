#include "transport/imap/url.h"

#include "transport/base/ascii.h"
#include "transport/imap/mailbox_name.h"
#include "transport/imap/parse.h"
#include "transport/mime/decode.h"

#include <algorithm>

namespace facteur::imap {
namespace {

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = ascii::hex_value(text[i + 1]), low = ascii::hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

// Takes ";NAME=" from the front, in any case.
bool take_url_name(std::string_view& text, std::string_view name) {
    if (!ascii::has_prefix_text(text, name)) return false;
    text.remove_prefix(name.size());
    return true;
}

// Up to the next "/;", or the end.
std::string_view take_url_value(std::string_view& text) {
    const auto end = std::min(text.find("/;"), text.size());
    const auto value = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return value;
}

bool read_number(std::string_view text, std::uint32_t& out) {
    const Grammar grammar;
    Lexer in(text, grammar);
    return in.take_nz_number(out) && in.at_end();
}

bool read_range(std::string_view text, BytesRange& out) {
    const Grammar grammar;
    Lexer in(text, grammar);
    if (!in.take_number64(out.offset)) return false;
    return in.at_end() || (in.try_char('.') && in.take_number64(out.octets) && out.octets > 0 && in.at_end());
}

} // namespace

std::optional<MessageUrl> parse_message_url(std::string_view url) {
    MessageUrl out;
    if (url.starts_with("//")) return std::nullopt;
    if (url.starts_with('/')) {
        url.remove_prefix(1);
        const auto mailbox_end = std::min(url.find("/;"), url.size());
        auto path = url.substr(0, mailbox_end);
        url.remove_prefix(std::min(mailbox_end + 1, url.size()));
        if (const auto mark = path.rfind(';'); mark != std::string_view::npos) {
            auto validity = path.substr(mark);
            if (!take_url_name(validity, ";UIDVALIDITY=") ||
                !read_number(validity, out.uid_validity.emplace()))
                return std::nullopt;
            path = path.substr(0, mark);
        }
        auto mailbox = percent_decoded(path);
        if (!mailbox || mailbox->empty() || !mime::is_valid_utf8(*mailbox)) return std::nullopt;
        out.mailbox = canonical_mailbox(std::move(*mailbox));
    }
    if (!take_url_name(url, ";UID=") || !read_number(take_url_value(url), out.uid)) return std::nullopt;
    if (take_url_name(url, ";SECTION=")) {
        const auto section = percent_decoded(take_url_value(url));
        if (!section || !parse_section(*section, out.section)) return std::nullopt;
    }
    if (take_url_name(url, ";PARTIAL=") && !read_range(take_url_value(url), out.range.emplace()))
        return std::nullopt;
    if (!url.empty()) return std::nullopt;
    return out;
}

} // namespace facteur::imap
