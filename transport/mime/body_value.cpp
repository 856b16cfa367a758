#include "transport/mime/ascii.h"
#include "transport/mime/body.h"
#include "transport/mime/charset.h"

#include <algorithm>
#include <cstring>

namespace facteur::mime {
namespace {

std::string without_returns(std::string text) {
    std::size_t to = 0, from = 0; // what lies between them is moved, a line at a time
    for (auto found = text.find("\r\n"); found != std::string::npos; found = text.find("\r\n", from)) {
        if (to != from) std::memmove(text.data() + to, text.data() + from, found - from);
        to += found - from;
        from = found + 1;
    }
    text.erase(to, from - to);
    return text;
}

// The prefix that ends before a tag that it would cut.
std::string_view without_cut_tag(std::string_view html) {
    std::size_t tag = std::string_view::npos;
    char quote = 0;
    for (std::size_t i = 0; i < html.size(); ++i) {
        const char c = html[i];
        if (tag == std::string_view::npos) {
            const bool opens = c == '<' && (i + 1 == html.size() || is_alpha(html[i + 1]) ||
                                            html[i + 1] == '/' || html[i + 1] == '!' || html[i + 1] == '?');
            if (opens) tag = i;
        } else if (quote != 0) {
            if (c == quote) quote = 0;
        } else if ((c == '"' || c == '\'') && html[i - 1] == '=') {
            quote = c;
        } else if (c == '>') {
            tag = std::string_view::npos;
        }
    }
    return html.substr(0, std::min(tag, html.size()));
}

// Decoded octets of a body from its start, as many as are asked for.
class BodyReader {
public:
    explicit BodyReader(const TextPart& part) : rest_(part.body), decoder_(part.encoding) {}

    void read_up_to(std::size_t octets) {
        while (decoded_.size() < octets && !done_) {
            // Base64 needs four octets for three, quoted-printable one to three for one.
            const auto piece = rest_.substr(0, std::max<std::size_t>(octets - decoded_.size(), 1024));
            decoder_.feed(piece, decoded_);
            rest_.remove_prefix(piece.size());
            if (rest_.empty()) {
                decoder_.finish(decoded_);
                done_ = true;
            }
        }
    }
    const std::string& decoded() const { return decoded_; }
    bool done() const { return done_; }
    bool problem() const { return decoder_.problem(); }

private:
    std::string_view rest_;
    TransferDecoder decoder_;
    std::string decoded_;
    bool done_ = false;
};

} // namespace

BodyValue body_value(const TextPart& part, std::size_t max_octets) {
    BodyReader reader(part);
    BodyValue out;
    // More than is asked for, so that what is cut at the end lies past it; doubled until there is enough.
    std::size_t wanted = max_octets == 0 ? std::string::npos : max_octets + 256;
    while (true) {
        reader.read_up_to(wanted);
        Utf8 text = reader.done() ? to_utf8(reader.decoded(), part.charset)
                                  : to_utf8_beginning(reader.decoded(), part.charset);
        out.value = without_returns(std::move(text.text));
        out.is_encoding_problem = text.problem || reader.problem();
        if (reader.done() || out.value.size() > max_octets) break;
        wanted *= 2;
    }
    if (max_octets != 0 && out.value.size() > max_octets) {
        auto prefix = utf8_prefix(out.value, max_octets);
        if (part.html) prefix = without_cut_tag(prefix);
        out.value.resize(prefix.size());
        out.is_truncated = true;
    }
    return out;
}

std::string searchable_text(const TextPart& part, std::size_t max_octets) {
    if (!part.html) return body_value(part, max_octets).value;
    // Markup weighs a multiple of its text; what is read stays bounded.
    const std::size_t most = max_octets == 0 ? 0 : max_octets * 8 + 65536;
    return html_to_text(body_value(part, most).value, max_octets);
}

} // namespace facteur::mime
