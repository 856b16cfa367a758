// GETMETADATA and SETMETADATA (RFC 5464).
#include "transport/base/ascii.h"
#include "transport/imap/parse.h"

namespace facteur::imap {
namespace {

bool take_metadata_option(Lexer& in, MetadataOptions& out) {
    const auto word = in.word();
    if (ascii::same_text(word, "MAXSIZE")) {
        std::uint32_t size = 0;
        if (!in.take_space() || !in.take_number(size)) return false;
        out.max_size = size;
        return true;
    }
    if (!ascii::same_text(word, "DEPTH")) return in.fail("Unknown option of GETMETADATA");
    if (!in.take_space()) return false;
    const auto depth = in.word();
    if (depth == "0")
        out.depth = MetadataOptions::Depth::zero;
    else if (depth == "1")
        out.depth = MetadataOptions::Depth::one;
    else if (ascii::same_text(depth, "INFINITY"))
        out.depth = MetadataOptions::Depth::infinity;
    else
        return in.fail("DEPTH is 0, 1 or infinity");
    return true;
}

// RFC 5464 §3.2: begins with "/", no "//", no end in "/", no wildcards, ASCII without controls.
bool take_metadata_name(Lexer& in, std::string& out) {
    if (!in.take_astring(out)) return false;
    bool good = out.starts_with('/') && !out.ends_with('/') && out.find("//") == std::string::npos;
    for (const char c : out)
        good = good && c >= 0x20 && c < 0x7f && c != '*' && c != '%';
    return good || in.fail("The name of an annotation breaks the grammar");
}

bool take_metadata_options(Lexer& in, MetadataOptions& out) {
    return in.take_list(1, [&] { return take_metadata_option(in, out); }) && in.take_space();
}

} // namespace

// The options come before the mailbox by the grammar, after it in the examples of the RFC.
bool parse_get_metadata(Lexer& in, command::GetMetadata& out) {
    if (!in.take_space()) return false;
    if (in.peek('(') && !take_metadata_options(in, out.options)) return false;
    if (!in.take_mailbox(out.mailbox) || !in.take_space()) return false;
    if (in.peek('(')) {
        const auto before = in.at();
        in.try_char('(');
        const auto word = in.word();
        in.rewind(before);
        if ((ascii::same_text(word, "MAXSIZE") || ascii::same_text(word, "DEPTH")) &&
            !take_metadata_options(in, out.options))
            return false;
    }
    if (!in.peek('(')) return take_metadata_name(in, out.entries.emplace_back());
    return in.take_list(1, [&] { return take_metadata_name(in, out.entries.emplace_back()); });
}

bool parse_set_metadata(Lexer& in, command::SetMetadata& out) {
    return in.take_space() && in.take_mailbox(out.mailbox) && in.take_space() && in.take_list(1, [&] {
        auto& entry = out.entries.emplace_back();
        return take_metadata_name(in, entry.name) && in.take_space() && in.take_nstring(entry.value, true);
    });
}

} // namespace facteur::imap
