// Address lists (RFC 5322 §3.4 and §4.4, RFC 6532), as they are written and as they are meant.
#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"

#include <algorithm>

namespace facteur::mime {
namespace {

std::string clean(std::string_view text) {
    return to_nfc(std::string(trimmed(decode_words(text))));
}

// One pass. A mailbox is gathered until its comma: what stands before "<" as a phrase, which is the name, and
// as written, which is the address when no "<" comes.
class AddressParser {
public:
    explicit AddressParser(std::string_view value) : value_(value) {}

    std::vector<AddressGroup> parse() {
        while (at_ < value_.size()) {
            const char c = value_[at_];
            switch (c) {
            case '"': quoted(); break;
            case '(': comment(); break;
            case '<': angle(); break;
            case ',': ++at_, end_mailbox(); break;
            case ';': ++at_, end_mailbox(), end_group(); break;
            case ':': ++at_, begin_group(); break;
            default: plain(c);
            }
        }
        end_mailbox();
        return std::move(groups_);
    }

private:
    void plain(char c) {
        ++at_;
        if (is_space(c)) {
            white_ = true;
            return;
        }
        separate();
        has_at_ = has_at_ || c == '@';
        phrase_ += c;
        written_ += c;
    }

    void separate() {
        if (white_ && !phrase_.empty()) phrase_ += ' ';
        if (white_ && !written_.empty()) written_ += ' ';
        white_ = false;
    }

    void quoted() {
        separate();
        written_ += '"';
        for (++at_; at_ < value_.size() && value_[at_] != '"'; ++at_) {
            if (value_[at_] == '\\' && at_ + 1 < value_.size()) {
                written_ += value_[at_++];
            } else if (is_line_end(value_[at_])) {
                continue;
            }
            phrase_ += value_[at_];
            written_ += value_[at_];
        }
        ++at_;
        written_ += '"';
    }

    // The last comment of a mailbox counts: "joe@example.com (Joe)".
    void comment() {
        std::size_t depth = 0;
        std::string text;
        for (; at_ < value_.size(); ++at_) {
            const char c = value_[at_];
            if (c == '\\' && at_ + 1 < value_.size()) {
                text += value_[++at_];
                continue;
            }
            if (c == ')' && --depth == 0) break;
            if (depth > 0) text += c;
            if (c == '(') ++depth;
        }
        ++at_;
        white_ = true;
        comment_ = std::move(text);
    }

    // addr-spec in angles: without white space, comments and a source route. A missing ">" ends at a comma.
    void angle() {
        std::string spec;
        std::size_t depth = 0;
        bool in_quotes = false;
        for (++at_; at_ < value_.size(); ++at_) {
            const char c = value_[at_];
            if (c == '\\' && at_ + 1 < value_.size()) {
                if (depth == 0) spec.append(value_, at_, 2);
                ++at_;
            } else if (c == '"' && depth == 0) {
                in_quotes = !in_quotes;
                spec += c;
            } else if (in_quotes) {
                spec += c;
            } else if (c == '(') {
                ++depth;
            } else if (c == ')' && depth > 0) {
                --depth;
            } else if (depth > 0 || is_space(c)) {
                continue;
            } else if (c == '>' || (c == ',' && !spec.starts_with('@'))) {
                break;
            } else {
                spec += c;
            }
        }
        if (at_ < value_.size() && value_[at_] == '>') ++at_;
        if (spec.starts_with('@'))
            if (const auto colon = spec.find(':'); colon != std::string::npos) spec.erase(0, colon + 1);
        if (has_angle_ && spec_.find('@') != std::string::npos) return; // "<a@b> <c@d>": the first counts
        has_angle_ = true;
        spec_ = std::move(spec);
        white_ = true;
    }

    void begin_group() {
        if (in_group_ || has_angle_ || has_at_) {
            plain_colon();
            return;
        }
        groups_.push_back({clean(phrase_), {}});
        in_group_ = true;
        reset();
    }

    void plain_colon() {
        separate();
        phrase_ += ':';
        written_ += ':';
    }

    void end_group() { in_group_ = false; }

    // "Joe joe@example.com": the last word with "@" is the address, the rest is the name. White space around
    // "@" and "." is obsolete syntax (RFC 5322 §4.4).
    void split_written(Address& address) {
        std::string tight;
        for (std::size_t i = 0; i < written_.size(); ++i) {
            const bool before = i + 1 < written_.size() && (written_[i + 1] == '@' || written_[i + 1] == '.');
            const bool after = !tight.empty() && (tight.back() == '@' || tight.back() == '.');
            if (written_[i] == ' ' && (before || after)) continue;
            tight += written_[i];
        }
        const auto at = tight.rfind('@');
        if (at == std::string::npos) {
            address.email = guess_utf8(tight);
            return;
        }
        const auto end = std::min(tight.find(' ', at), tight.size());
        std::size_t begin = at;
        if (begin > 0 && tight[begin - 1] == '"') {
            const auto quote = begin >= 2 ? tight.rfind('"', begin - 2) : std::string::npos;
            begin = quote == std::string::npos ? 0 : quote;
        } else {
            const auto space = tight.rfind(' ', at);
            begin = space == std::string::npos ? 0 : space + 1;
        }
        address.email = guess_utf8(std::string_view(tight).substr(begin, end - begin));
        std::string rest = tight.substr(0, begin) + tight.substr(end);
        std::erase(rest, '"');
        address.name = clean(rest);
    }

    void end_mailbox() {
        Address address;
        if (has_angle_) {
            address.name = clean(phrase_);
            address.email = guess_utf8(spec_);
        } else if (!written_.empty()) {
            split_written(address);
        }
        if (address.name.empty() && comment_) address.name = clean(*comment_);
        if (!address.email.empty() || (has_angle_ && !address.name.empty())) {
            if (groups_.empty() || (!in_group_ && groups_.back().name)) groups_.push_back({});
            groups_.back().addresses.push_back(std::move(address));
        }
        reset();
    }

    void reset() {
        phrase_.clear();
        written_.clear();
        spec_.clear();
        comment_.reset();
        has_angle_ = has_at_ = white_ = false;
    }

    std::string_view value_;
    std::size_t at_ = 0;
    std::vector<AddressGroup> groups_;
    bool in_group_ = false;

    std::string phrase_;  // quotes removed, comments left out
    std::string written_; // quotes kept, comments left out
    std::string spec_;    // what stood in angles
    std::optional<std::string> comment_;
    bool has_angle_ = false;
    bool has_at_ = false; // outside quotes
    bool white_ = false;  // white space or a comment came since the last octet
};

void append(std::vector<Address>& to, std::vector<AddressGroup>&& groups) {
    for (auto& group : groups)
        std::move(group.addresses.begin(), group.addresses.end(), std::back_inserter(to));
}

} // namespace

std::vector<AddressGroup> grouped_addresses(std::string_view value) {
    return AddressParser(value).parse();
}

std::vector<Address> addresses(std::string_view value) {
    std::vector<Address> out;
    append(out, grouped_addresses(value));
    return out;
}

std::vector<Address> all_addresses(std::string_view header, std::string_view name) {
    std::vector<Address> out;
    for (const Field& field : Fields(header))
        if (same_name(field.name, name)) append(out, grouped_addresses(field.value));
    return out;
}

} // namespace facteur::mime
