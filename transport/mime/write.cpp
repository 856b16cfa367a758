#include "transport/mime/write.h"

#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/encode.h"
#include "transport/mime/fold.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

constexpr std::size_t deepest = 50;
constexpr std::size_t longest_sent_line = 998;

// How a body will stand in the message.
enum class Form { lines, quoted_printable, exact_quoted_printable, base64, as_it_is };

struct Body {
    Form form = Form::as_it_is;
    Encoding encoding = Encoding::seven_bit;
};

// What decides about the encoding of a body.
struct Survey {
    std::size_t eight_bit = 0;
    std::size_t longest_line = 0;
    bool has_nul = false;
    bool has_bare_line_end = false; // CR or LF that is no CRLF
    bool has_fragile_line = false;  // "From "

    explicit Survey(std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            const Line line = line_at(text, at);
            const auto content = line.of(text);
            longest_line = std::max(longest_line, content.size());
            eight_bit +=
                static_cast<std::size_t>(std::count_if(content.begin(), content.end(), is_eight_bit));
            has_nul = has_nul || content.find('\0') != std::string_view::npos;
            has_fragile_line = has_fragile_line || content.starts_with("From ") ||
                               content.find("\rFrom ") != std::string_view::npos;
            const bool bare = line.next - line.end == 1 || content.find('\r') != std::string_view::npos;
            has_bare_line_end = has_bare_line_end || bare;
            at = line.next;
        }
    }
};

bool is_multipart(std::string_view type) {
    return has_prefix_text(type, "multipart/");
}

// Text that somebody composed; a text file that is attached keeps its octets.
bool is_composed(const NewPart& part) {
    return part.disposition != "attachment" && part.name.empty();
}

Body body_of(const NewPart& part, std::string_view type, bool eight_bit_allowed) {
    const bool is_text = type.starts_with("text/"), is_message = type.starts_with("message/");
    if (!is_text && !is_message) return {Form::base64, Encoding::base64};
    const Survey survey(part.content);
    if (is_message) // RFC 2046 §5.2.1: never encoded
        return {Form::lines, survey.eight_bit > 0 ? Encoding::eight_bit : Encoding::seven_bit};
    const bool normal = is_composed(part);
    const bool simple = survey.longest_line <= longest_sent_line && !survey.has_nul &&
                        !survey.has_fragile_line && (normal || !survey.has_bare_line_end);
    const Form plain = normal ? Form::lines : Form::as_it_is;
    if (simple && survey.eight_bit == 0) return {plain, Encoding::seven_bit};
    if (simple && eight_bit_allowed) return {plain, Encoding::eight_bit};
    if (survey.has_nul || survey.eight_bit > part.content.size() / 4) {
        // Base64 keeps octets: composed text must have its line ends made CRLF first, which only lines do.
        if (!normal || !survey.has_bare_line_end) return {Form::base64, Encoding::base64};
    }
    return {normal ? Form::quoted_printable : Form::exact_quoted_printable, Encoding::quoted_printable};
}

std::string_view name_of(Encoding encoding) {
    switch (encoding) {
    case Encoding::eight_bit: return "8bit";
    case Encoding::binary: return "binary";
    case Encoding::quoted_printable: return "quoted-printable";
    case Encoding::base64: return "base64";
    default: return "7bit";
    }
}

// A message laid out: what is written, in order.
struct Segment {
    std::string head; // headers and delimiters before the body
    std::string_view content;
    Form form = Form::as_it_is;
};

class Layout {
public:
    explicit Layout(const WriteOptions& options) : options_(options) {}

    Result<std::vector<Segment>> lay_out(const NewMessage& message) {
        for (const auto& field : message.fields) {
            if (has_prefix_text(field.name, "content-") || same_text(field.name, "mime-version"))
                return fail(Code::malformed, "A message's own fields cannot be Content-* or MIME-Version.");
            if (auto added = add_field(field); !added) return tl::unexpected(added.error());
        }
        head_ += "MIME-Version: 1.0\r\n";
        if (auto begun = begin(message.body); !begun) return tl::unexpected(begun.error());
        while (!levels_.empty()) {
            Level& level = levels_.back();
            if (level.next == level.part->children.size()) {
                head_ += "\r\n--" + level.boundary + "--\r\n";
                levels_.pop_back();
                continue;
            }
            // The line end before a delimiter belongs to it; after a header there is the blank line's.
            head_ += (level.next == 0 ? "--" : "\r\n--") + level.boundary + "\r\n";
            if (auto begun = begin(level.part->children[level.next++]); !begun)
                return tl::unexpected(begun.error());
        }
        if (!is_multipart(message.body.type)) end_last_line();
        flush({}, Form::as_it_is);
        return std::move(segments_);
    }

private:
    struct Level {
        const NewPart* part = nullptr;
        std::size_t next = 0;
        std::string boundary;
    };

    Result<void> begin(const NewPart& part) {
        if (levels_.size() > deepest) return fail(Code::too_large, "A message's parts are nested too deep.");
        auto type = parse_parameterized(part.type);
        const bool multipart = is_multipart(type.value);
        if (multipart == part.children.empty())
            return fail(Code::malformed,
                        multipart ? "A multipart needs parts." : "Only a multipart has parts.");
        if (!is_media_type(type.value) || !is_writable(part.name) || !is_writable(part.charset))
            return fail(Code::malformed, "A part's type, charset or file name cannot be written.");
        std::string boundary;
        Body body;
        if (multipart) {
            boundary = new_boundary();
            if (has_eight_bit(part)) body.encoding = Encoding::eight_bit;
        } else {
            body = body_of(part, type.value, options_.eight_bit);
        }
        add_type(part, type, boundary);
        if (auto added = add_other_fields(part, body.encoding); !added) return added;
        head_ += "\r\n";
        if (multipart)
            levels_.push_back({&part, 0, std::move(boundary)});
        else
            flush(part.content, body.form);
        return {};
    }

    // A message's only body ends the last line of the message, in quoted-printable by a soft line end.
    void end_last_line() {
        const auto& [head, content, form] = segments_.back();
        const bool any_line_end = form == Form::lines || form == Form::quoted_printable;
        if (form == Form::exact_quoted_printable)
            head_ += content.ends_with("\r\n") ? "" : "=\r\n";
        else if (form == Form::base64 || content.empty() ||
                 !(content.back() == '\n' || (any_line_end && content.back() == '\r')))
            head_ += "\r\n";
    }

    static bool is_media_type(std::string_view type) {
        const auto slash = type.find('/');
        return slash != 0 && slash != std::string_view::npos && slash + 1 < type.size() &&
               type.size() <= 127 &&
               std::all_of(type.begin(), type.end(),
                           [](char c) {
                               return c > ' ' && c < 127 &&
                                      std::string_view("()<>@,;:\\\"[]?=").find(c) == std::string_view::npos;
                           }) &&
               type.find('/', slash + 1) == std::string_view::npos;
    }

    // Distinct within a message whatever `random` gives, and no line of base64 or quoted-printable.
    std::string new_boundary() {
        std::array<char, 48> out{};
        std::snprintf(out.data(), out.size(), "=_%u_%016llx%016llx", ++boundaries_,
                      static_cast<unsigned long long>(options_.random()),
                      static_cast<unsigned long long>(options_.random()));
        return out.data();
    }

    // A multipart says what the widest of its parts needs (RFC 2045 §6.4).
    bool has_eight_bit(const NewPart& multipart) const {
        std::vector<const NewPart*> open{&multipart};
        while (!open.empty() && open.size() < 1000000) {
            const NewPart& part = *open.back();
            open.pop_back();
            for (const auto& child : part.children)
                open.push_back(&child);
            const std::string type = lowered(part.type);
            if (part.children.empty() && !is_multipart(type) &&
                body_of(part, type, options_.eight_bit).encoding == Encoding::eight_bit)
                return true;
        }
        return false;
    }

    void add_type(const NewPart& part, const Parameterized& type, const std::string& boundary) {
        FoldedField field("Content-Type");
        field.add(type.value);
        if (!boundary.empty()) {
            add_parameter(field, "boundary", boundary);
            if (type.value == "multipart/related")
                add_parameter(field, "type", lowered(part.children.front().type));
        }
        const std::string charset = charset_of(part, type.value);
        if (!charset.empty()) add_parameter(field, "charset", charset);
        for (const auto& [name, value] : type.parameters)
            if (name != "charset" && name != "boundary" && name != "name" && name != "type" &&
                is_writable(value))
                add_parameter(field, name, value);
        if (!part.name.empty()) add_parameter(field, "name", part.name);
        head_ += field.finish();
    }

    static std::string charset_of(const NewPart& part, std::string_view type) {
        if (!part.charset.empty() || !type.starts_with("text/")) return part.charset;
        if (is_ascii(part.content)) return "us-ascii";
        return is_valid_utf8(part.content) ? "utf-8" : "unknown-8bit";
    }

    Result<void> add_other_fields(const NewPart& part, Encoding encoding) {
        if (encoding != Encoding::seven_bit)
            head_ += "Content-Transfer-Encoding: " + std::string(name_of(encoding)) + "\r\n";
        if (!part.disposition.empty()) {
            FoldedField field("Content-Disposition");
            if (!is_writable(part.disposition) || !is_ascii(part.disposition) ||
                part.disposition.find_first_of(" ;=\"()") != std::string::npos)
                return fail(Code::malformed, "A part's disposition cannot be written.");
            field.add(part.disposition);
            if (!part.name.empty()) add_parameter(field, "filename", part.name);
            head_ += field.finish();
        }
        if (!part.content_id.empty())
            if (auto added = add_field({"Content-ID", MessageIds{{part.content_id}}}); !added) return added;
        if (!part.language.empty()) {
            std::string tags;
            for (const auto& tag : part.language)
                tags += (tags.empty() ? "" : ", ") + tag;
            if (auto added = add_field({"Content-Language", Text{tags}}); !added) return added;
        }
        if (!part.location.empty())
            if (auto added = add_field({"Content-Location", Text{part.location}}); !added) return added;
        for (const auto& field : part.fields) {
            if (is_own_field(field.name))
                return fail(Code::malformed, "A part's further fields cannot be those that its shape gives.");
            if (auto added = add_field(field); !added) return added;
        }
        return {};
    }

    static bool is_own_field(std::string_view name) {
        constexpr std::array<std::string_view, 7> own = {
            "content-type",     "content-transfer-encoding", "content-disposition", "content-id",
            "content-language", "content-location",          "mime-version"};
        return std::any_of(own.begin(), own.end(),
                           [&](std::string_view known) { return same_text(known, name); });
    }

    Result<void> add_field(const NewField& field) {
        auto written = write_field(field, options_.utf8_headers);
        if (!written) return tl::unexpected(written.error());
        head_ += *written;
        return {};
    }

    void flush(std::string_view content, Form form) {
        segments_.push_back({std::move(head_), content, form});
        head_.clear();
    }

    const WriteOptions& options_;
    std::string head_;
    std::vector<Segment> segments_;
    std::vector<Level> levels_;
    unsigned boundaries_ = 0;
};

void put(const Segment& segment, Pieces& out) {
    out.append(segment.head);
    switch (segment.form) {
    case Form::lines: write_lines(segment.content, out); break;
    case Form::quoted_printable: write_quoted_printable(segment.content, LineEnds::normal, out); break;
    case Form::exact_quoted_printable: write_quoted_printable(segment.content, LineEnds::exact, out); break;
    case Form::base64: write_base64(segment.content, out); break;
    case Form::as_it_is: out.append(segment.content); break;
    }
}

} // namespace

Result<void> write(const NewMessage& message, const WriteOptions& options, const Sink& sink) {
    const auto segments = Layout(options).lay_out(message);
    if (!segments) return tl::unexpected(segments.error());
    Pieces out(sink);
    for (const auto& segment : *segments)
        put(segment, out);
    out.flush();
    return {};
}

Result<std::string> write(const NewMessage& message, const WriteOptions& options) {
    std::string out;
    const auto written = write(message, options, [&out](std::string_view piece) { out += piece; });
    if (!written) return tl::unexpected(written.error());
    return out;
}

NewPart body_tree(std::string_view text, std::string_view html, std::vector<NewPart> shown_in_html,
                  std::vector<NewPart> attachments) {
    const auto leaf = [](std::string type, std::string_view content) {
        NewPart part;
        part.type = std::move(type);
        part.content = content;
        return part;
    };
    const auto multipart = [](std::string type, NewPart first, std::vector<NewPart> rest) {
        NewPart part;
        part.type = std::move(type);
        part.children.push_back(std::move(first));
        std::move(rest.begin(), rest.end(), std::back_inserter(part.children));
        return part;
    };
    NewPart body = html.empty() ? leaf("text/plain", text) : leaf("text/html", html);
    if (!html.empty() && !text.empty())
        body = multipart("multipart/alternative", leaf("text/plain", text), {std::move(body)});
    if (!shown_in_html.empty())
        body = multipart("multipart/related", std::move(body), std::move(shown_in_html));
    if (!attachments.empty()) body = multipart("multipart/mixed", std::move(body), std::move(attachments));
    return body;
}

} // namespace facteur::mime
