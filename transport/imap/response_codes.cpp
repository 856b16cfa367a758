#include "transport/imap/response.h"

namespace facteur::imap::code {
namespace {

std::string with_number(std::string_view name, std::uint64_t value) {
    std::string out(name);
    out += ' ';
    write_number(out, value);
    return out;
}

template <typename Words>
std::string words_in_parentheses(std::string_view name, const Words& words) {
    std::string out(name);
    out += " (";
    for (const auto& word : words) {
        if (!out.ends_with('(')) out += ' ';
        out += word;
    }
    return out + ")";
}

} // namespace

std::string uid_validity(std::uint32_t value) {
    return with_number("UIDVALIDITY", value);
}
std::string uid_next(std::uint32_t value) {
    return with_number("UIDNEXT", value);
}
std::string unseen(std::uint32_t number) {
    return with_number("UNSEEN", number);
}
std::string highest_modseq(std::uint64_t value) {
    return with_number("HIGHESTMODSEQ", value);
}
std::string permanent_flags(const std::vector<std::string_view>& flags) {
    return words_in_parentheses("PERMANENTFLAGS", flags);
}
std::string append_uid(std::uint32_t uid_validity, const std::vector<std::uint32_t>& uids) {
    auto out = with_number("APPENDUID", uid_validity) + " ";
    write_sequence_set(out, uids);
    return out;
}
std::string copy_uid(std::uint32_t uid_validity, const std::vector<std::uint32_t>& from,
                     const std::vector<std::uint32_t>& to) {
    auto out = with_number("COPYUID", uid_validity) + " ";
    write_sequence_set(out, from);
    out += ' ';
    write_sequence_set(out, to);
    return out;
}
std::string modified(const std::vector<NumberRange>& ranges) {
    std::string out = "MODIFIED ";
    write_sequence_set(out, ranges);
    return out;
}
std::string bad_charset(const std::vector<std::string_view>& charsets) {
    return words_in_parentheses("BADCHARSET", charsets);
}
std::string capability(const std::vector<std::string>& capabilities) {
    std::string out = "CAPABILITY";
    for (const auto& name : capabilities)
        out += " " + name;
    return out;
}
std::string mailbox_id(std::string_view id) {
    return "MAILBOXID (" + std::string(id) + ")";
}
std::string append_limit(std::uint64_t octets) {
    return with_number("APPENDLIMIT", octets);
}
std::string too_big(std::uint64_t octets) {
    return with_number("TOOBIG", octets);
}
std::string bad_url(std::string_view url) {
    std::string out = "BADURL ";
    for (const char c : url) // resp-text-code has no string: what would end it is left out
        if (c > 0x20 && c < 0x7f && c != ']') out += c;
    return out;
}
std::string metadata_long_entries(std::uint64_t octets) {
    return with_number("METADATA LONGENTRIES", octets);
}
std::string metadata_max_size(std::uint64_t octets) {
    return with_number("METADATA MAXSIZE", octets);
}
std::string no_update(std::string_view tag) {
    std::string out = "NOUPDATE ";
    write_string(out, tag);
    return out;
}
std::string in_progress(std::string_view tag, std::optional<std::uint64_t> done,
                        std::optional<std::uint64_t> goal) {
    std::string out = "INPROGRESS (";
    if (tag.find(']') != tag.npos) // it would end the code for many a client: RFC 9585 §4 wants NIL
        out += "NIL";
    else
        write_string(out, tag);
    for (const auto& number : {done, goal}) {
        out += ' ';
        if (number)
            write_number(out, *number);
        else
            out += "NIL";
    }
    return out + ")";
}
std::string jmap_access(std::string_view url) {
    std::string out = "JMAPACCESS ";
    write_string(out, url);
    return out;
}

} // namespace facteur::imap::code
