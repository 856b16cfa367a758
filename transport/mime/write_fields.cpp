#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/fold.h"
#include "transport/mime/write.h"

#include <algorithm>
#include <cstdio>

namespace facteur::mime {
namespace {

constexpr std::size_t longest_field_line = 998; // RFC 5322 §2.1.1
constexpr std::size_t longest_field_name = 76;

bool is_dot_atom_text(char c) {
    return is_alpha(c) || is_digit(c) || is_eight_bit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

// `"…"` with `\"` and `\\` inside.
bool is_quoted_string(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') return false;
        if (text[i] == '\\' && ++i == text.size()) return false;
    }
    return true;
}

// Whether an address can stand in "<" and ">" and be read again as it is.
bool is_writable_email(std::string_view email, bool utf8_headers) {
    if (email.empty() || email.size() > longest_word || !is_writable(email)) return false;
    if (!utf8_headers && !is_ascii(email)) return false;
    const auto at = email.rfind('@');
    const auto local = email.substr(0, at);
    const auto domain = at == std::string_view::npos ? std::string_view{} : email.substr(at + 1);
    const auto is_dotted = [](std::string_view text) {
        return !text.empty() && std::all_of(text.begin(), text.end(), is_dot_atom_text);
    };
    const bool literal = domain.starts_with('[') && domain.ends_with(']') &&
                         domain.find_first_of("[]()<>\\\" ,", 1) == domain.size() - 1;
    return (is_dotted(local) || is_quoted_string(local)) &&
           (at == std::string_view::npos || literal || is_dotted(domain));
}

Error unwritable(std::string_view what) {
    return {Code::malformed, "A header field cannot hold this " + std::string(what) + "."};
}

class ValueWriter {
public:
    ValueWriter(FoldedField& field, bool utf8_headers) : field_(field), utf8_(utf8_headers) {}

    Result<void> operator()(const Raw& raw) {
        if (!is_valid_utf8(raw.value) || (!utf8_ && !is_ascii(raw.value)))
            return tl::unexpected(unwritable("text"));
        std::size_t column = longest_field_name + 1;
        bool blank = false; // the line so far is white space only, and is no first line
        for (std::size_t i = 0; i < raw.value.size(); ++i) {
            const char c = raw.value[i];
            const bool fold = c == '\r' && raw.value.substr(i + 1).starts_with("\n") &&
                              i + 2 < raw.value.size() && is_wsp(raw.value[i + 2]);
            if (fold && !blank) {
                ++i;
                column = 0;
                blank = true;
                continue;
            }
            if (fold || (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 127 ||
                ++column > longest_field_line)
                return tl::unexpected(unwritable("raw value"));
            blank = blank && is_wsp(c);
        }
        if (blank) return tl::unexpected(unwritable("raw value"));
        field_.append(raw.value);
        return {};
    }

    Result<void> operator()(const Text& text) {
        std::string value = text.value;
        std::replace(value.begin(), value.end(), '\t', ' ');
        if (!is_writable(value)) return tl::unexpected(unwritable("text"));
        add_text(field_, value, utf8_);
        return {};
    }

    Result<void> operator()(const std::vector<Address>& addresses) { return add_addresses(addresses, ","); }

    Result<void> operator()(const std::vector<AddressGroup>& groups) {
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const auto& group = groups[i];
            const bool last = i + 1 == groups.size();
            if (group.name) {
                if (!is_writable(*group.name)) return tl::unexpected(unwritable("name"));
                add_phrase(field_, *group.name, utf8_);
                field_.append(":");
            }
            if (auto added = add_addresses(group.addresses, ","); !added) return added;
            if (group.name) field_.append(";");
            if (!last && (group.name || !group.addresses.empty())) field_.append(",");
        }
        return {};
    }

    Result<void> operator()(const MessageIds& ids) {
        for (const auto& id : ids.ids) {
            if (!can_stand_in_angles(id)) return tl::unexpected(unwritable("message id"));
            field_.add("<" + id + ">");
        }
        return {};
    }

    Result<void> operator()(const Date& date) {
        field_.add(write_date(date));
        return {};
    }

    Result<void> operator()(const Urls& urls) {
        for (std::size_t i = 0; i < urls.urls.size(); ++i) {
            if (!can_stand_in_angles(urls.urls[i])) return tl::unexpected(unwritable("URL"));
            field_.add("<" + urls.urls[i] + ">");
            if (i + 1 < urls.urls.size()) field_.append(",");
        }
        return {};
    }

private:
    bool can_stand_in_angles(std::string_view text) const {
        return !text.empty() && text.size() <= longest_word && is_writable(text) &&
               (utf8_ || is_ascii(text)) && text.find_first_of("<> ") == std::string_view::npos;
    }

    Result<void> add_addresses(const std::vector<Address>& addresses, std::string_view separator) {
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            const auto& address = addresses[i];
            if (!is_writable_email(address.email, utf8_)) return tl::unexpected(unwritable("address"));
            if (!is_writable(address.name)) return tl::unexpected(unwritable("name"));
            if (address.name.empty()) {
                const bool bare = address.email.find_first_of("\"[") == std::string::npos &&
                                  address.email.find('@') != std::string::npos;
                field_.add(bare ? address.email : "<" + address.email + ">");
            } else {
                add_phrase(field_, address.name, utf8_);
                field_.add("<" + address.email + ">");
            }
            if (i + 1 < addresses.size()) field_.append(separator);
        }
        return {};
    }

    FoldedField& field_;
    bool utf8_;
};

} // namespace

Result<std::string> write_field(const NewField& field, bool utf8_headers) {
    const bool valid = !field.name.empty() && field.name.size() <= longest_field_name &&
                       std::all_of(field.name.begin(), field.name.end(),
                                   [](char c) { return c > ' ' && c < 127 && c != ':'; });
    if (!valid) return fail(Code::malformed, "This is no name of a header field.");
    FoldedField line(field.name);
    if (auto added = std::visit(ValueWriter(line, utf8_headers), field.value); !added)
        return tl::unexpected(added.error());
    return line.finish();
}

std::string message_id(const std::function<std::uint64_t()>& random, std::string_view domain) {
    constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::string id;
    for (int half = 0; half < 2; ++half)
        for (std::uint64_t bits = random(), i = 0; i < 13; ++i, bits /= letters.size())
            id += letters[bits % letters.size()];
    return id + "@" + std::string(domain);
}

} // namespace facteur::mime
