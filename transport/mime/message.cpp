#include "transport/mime/message.h"

#include "transport/mime/decode.h"
#include "transport/mime/header_lines.h"
#include "transport/mime/part_header.h"

#include <algorithm>

namespace facteur::mime {
namespace {

// What a boundary taken from a body may be (RFC 2046 §5.1.1).
constexpr std::size_t longest_found_boundary = 200;

// A part whose end has not come yet.
struct Open {
    std::uint32_t part = 0;
    std::uint64_t line = 0; // line ends before its body
    std::string boundary;   // of a multipart; empty: its body will show it
    bool found = false;     // a multipart's first delimiter came
    bool closed = false;    // a multipart's closing delimiter came: an epilogue follows
};

class Parser {
public:
    Parser(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

    Message parse() {
        message_.size = bytes_.size();
        begin_part();
        while (at_ < bytes_.size()) {
            const Line line = line_at(bytes_, at_);
            if (multiparts_ > 0 && bytes_[at_] == '-' && take_delimiter(line)) continue;
            pass(line);
        }
        close_to(0, bytes_.size(), 0);
        set_sections();
        return std::move(message_);
    }

private:
    void pass(const Line& line) {
        line_ += line.has_line_end() ? 1 : 0;
        at_ = line.next;
    }

    // ---- delimiters ------------------------------------------------------------------------------------

    struct Delimiter {
        std::size_t level = 0; // in open_
        bool closing = false;
    };

    // The innermost multipart that is open and has this line as a delimiter (RFC 2046 §5.1.1).
    std::optional<Delimiter> delimiter(const Line& line) const {
        auto text = line.of(bytes_);
        if (!text.starts_with("--")) return std::nullopt;
        text.remove_prefix(2);
        for (std::size_t level = open_.size(); level-- > 0;) {
            const Open& open = open_[level];
            if (open.closed || open.boundary.empty() || !text.starts_with(open.boundary)) continue;
            auto rest = text.substr(open.boundary.size());
            const bool closing = rest.starts_with("--");
            if (closing) rest.remove_prefix(2);
            if (trimmed(rest).empty()) return Delimiter{level, closing};
        }
        return std::nullopt;
    }

    // A multipart that names no boundary takes the first that its body shows.
    std::optional<Delimiter> show_boundary(const Line& line) {
        if (open_.empty() || !message_.parts[open_.back().part].is_multipart ||
            !open_.back().boundary.empty())
            return std::nullopt;
        auto text = trimmed(line.of(bytes_));
        if (!text.starts_with("--") || text.size() < 3 || text.size() > longest_found_boundary + 2)
            return std::nullopt;
        text.remove_prefix(2);
        if (text.find_first_not_of('-') == std::string_view::npos || text.find(' ') != std::string_view::npos)
            return std::nullopt;
        open_.back().boundary = text;
        message_.parts[open_.back().part].boundary = guess_utf8(text);
        return Delimiter{open_.size() - 1, false};
    }

    bool take_delimiter(const Line& line) {
        auto found = delimiter(line);
        if (!found) found = show_boundary(line);
        if (!found) return false;
        const bool after_line = at_ > 0 && bytes_[at_ - 1] == '\n';
        const std::size_t line_end = !after_line ? 0 : at_ > 1 && bytes_[at_ - 2] == '\r' ? 2 : 1;
        close_to(found->level + 1, at_, line_end);
        pass(line);
        open_.back().found = true;
        if (found->closing)
            open_.back().closed = true;
        else
            begin_part();
        return true;
    }

    // Ends every part from `level` up. `line_end`: octets before `end` that belong to the delimiter there,
    // unless a header ends with them.
    void close_to(std::size_t level, std::size_t end, std::size_t line_end) {
        if (!open_.empty() && message_.parts[open_.back().part].body.offset + line_end > end) line_end = 0;
        while (open_.size() > level) {
            const Open& open = open_.back();
            Part& part = message_.parts[open.part];
            part.body.size = end - line_end - part.body.offset;
            part.lines = static_cast<std::uint32_t>(line_ - open.line - (line_end > 0 ? 1 : 0));
            part.subtree_end = static_cast<std::uint32_t>(message_.parts.size());
            if (part.is_multipart) {
                --multiparts_;
                if (part.children == 0) become_plain_text(part);
            }
            const bool taken_apart = part.is_multipart || part.is_message;
            part.decoded_size =
                taken_apart ? part.body.size : decoded_size(part.body.of(bytes_), part.encoding);
            open_.pop_back();
        }
    }

    // ---- parts -----------------------------------------------------------------------------------------

    // Begins a part at `at_`, and while it is a message, its root.
    void begin_part() {
        while (true) {
            const auto index = static_cast<std::uint32_t>(message_.parts.size());
            Part& part = message_.parts.emplace_back();
            bool in_digest = false;
            if (!open_.empty()) in_digest = link(part);
            if (index + 1 >= limits_.parts && index > 0) {
                swallow_rest(part, index);
                return;
            }
            part.header = take_header();
            describe(part, part.header.of(bytes_).substr(0, limits_.header_bytes), in_digest);
            part.body.offset = at_;
            classify(part);
            open_.push_back({index, line_, part.is_multipart ? part.boundary : std::string()});
            multiparts_ += part.is_multipart ? 1 : 0;
            if (!part.is_message) return;
        }
    }

    // Whether a part is taken apart.
    void classify(Part& part) const {
        const bool multipart = part.type == "multipart";
        const bool message = part.type == "message" && (part.subtype == "rfc822" || part.subtype == "global");
        const bool encoded = part.encoding == Encoding::base64 || part.encoding == Encoding::quoted_printable;
        const bool at_limit = part.depth >= limits_.depth;
        part.is_multipart = multipart && !at_limit;
        part.is_message = message && !at_limit && !encoded;
        part.opaque = (multipart || message) && !part.is_multipart && !part.is_message;
    }

    // Ties a new part to the one that is open; tells whether that is a digest.
    bool link(Part& part) {
        Part& parent = message_.parts[open_.back().part];
        part.parent = static_cast<std::int32_t>(open_.back().part);
        part.ordinal = ++parent.children;
        part.depth = static_cast<std::uint16_t>(parent.depth + 1);
        part.in_message = parent.in_message || parent.is_message;
        return parent.is_multipart && parent.subtype == "digest";
    }

    // The last part that the limit allows holds all that is left.
    void swallow_rest(Part& part, std::uint32_t index) {
        part.type = "application";
        part.subtype = "octet-stream";
        part.encoding = Encoding::binary;
        part.opaque = true;
        part.header = {at_, 0};
        part.body.offset = at_;
        open_.push_back({index, line_, {}});
        while (at_ < bytes_.size())
            pass(line_at(bytes_, at_));
    }

    // Passes a header and its blank line. A delimiter ends it too.
    Span take_header() {
        bool has_field = false;
        Span header{at_, 0};
        while (at_ < bytes_.size()) {
            const Line line = line_at(bytes_, at_);
            if (multiparts_ > 0 && delimiter(line)) break;
            const auto kind = header_line(bytes_, line, has_field);
            if (kind == HeaderLine::body) break;
            if (kind == HeaderLine::blank) {
                header.size = has_field ? at_ - header.offset : 0;
                pass(line);
                return header;
            }
            if (kind == HeaderLine::field && !has_field) {
                has_field = true;
                header.offset = at_;
            }
            pass(line);
        }
        header.size = has_field ? at_ - header.offset : 0;
        return header;
    }

    // ---- section numbers (RFC 3501 §6.4.5) -------------------------------------------------------------

    void set_sections() {
        for (Part& part : message_.parts) {
            if (part.parent < 0) {
                part.section = part.is_multipart ? "" : "1";
                continue;
            }
            const Part& parent = message_.parts[static_cast<std::size_t>(part.parent)];
            if (parent.is_message && part.is_multipart)
                part.section = parent.section;
            else if (parent.section.empty())
                part.section = std::to_string(part.ordinal);
            else
                part.section = parent.section + "." + std::to_string(part.ordinal);
        }
    }

    std::string_view bytes_;
    const Limits& limits_;
    Message message_;
    std::vector<Open> open_; // the way from the root to the part that is being read
    std::size_t multiparts_ = 0;
    std::size_t at_ = 0;
    std::uint64_t line_ = 0; // line ends before at_
};

} // namespace

Message parse(std::string_view bytes, const Limits& limits) {
    return Parser(bytes, limits).parse();
}

std::optional<std::size_t> find_section(const Message& message, std::string_view section) {
    const auto found = std::find_if(message.parts.begin(), message.parts.end(),
                                    [&](const Part& part) { return part.section == section; });
    if (found == message.parts.end()) return std::nullopt;
    return static_cast<std::size_t>(found - message.parts.begin());
}

} // namespace facteur::mime
