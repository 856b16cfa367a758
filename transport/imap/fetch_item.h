// What FETCH asks for (RFC 9051 §6.4.5, RFC 3501 §6.4.5 and extensions), as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace facteur::imap {

// What stands between the brackets of BODY[…] (RFC 9051 §6.4.5.1).
struct Section {
    enum class Text { all, header, header_fields, header_fields_not, text, mime };
    std::vector<std::uint32_t> part; // "1.2": {1, 2}; empty: the whole message
    Text text = Text::all;
    std::vector<std::string> fields; // of header_fields and header_fields_not, as written
    bool operator==(const Section&) const = default;
};

struct BytesRange { // <offset.octets>
    std::uint64_t offset = 0;
    std::uint64_t octets = 0; // never 0
    bool operator==(const BytesRange&) const = default;
};

struct FetchItem {
    enum class Kind {
        flags,
        uid,
        internal_date,
        rfc822_size,
        envelope,
        body, // the structure without extension data
        body_structure,
        section, // BODY[…], BODY.PEEK[…]
        binary,  // BINARY[…], BINARY.PEEK[…]: `section.part` alone
        binary_size,
        rfc822,        // IMAP4rev1
        rfc822_header, // IMAP4rev1; never sets \Seen
        rfc822_text,   // IMAP4rev1
        mod_sequence,  // RFC 7162
        preview,       // RFC 8970
        save_date,     // RFC 8514
        email_id,      // RFC 8474
        thread_id,
    };
    Kind kind = Kind::flags;
    bool peek = false; // leaves \Seen alone
    bool lazy = false; // PREVIEW (LAZY)
    Section section;
    std::optional<BytesRange> range;
    bool operator==(const FetchItem&) const = default;

    // \Seen is set, unless the mailbox is read-only.
    bool sets_seen() const {
        return !peek && (kind == Kind::section || kind == Kind::binary || kind == Kind::rfc822 ||
                         kind == Kind::rfc822_text);
    }
};

} // namespace facteur::imap
