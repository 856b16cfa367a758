#include "transport/mime/body.h"

#include "transport/mime/ascii.h"

#include <algorithm>
#include <optional>

namespace facteur::mime {
namespace {

bool is_media(const Part& part) {
    return part.type == "image" || part.type == "audio" || part.type == "video";
}

// The algorithm of RFC 8621 §4.1.4, with a stack of its own in place of recursion. A list that the algorithm
// sets to null for the rest of a multipart is "off" here.
class BodyFinder {
public:
    explicit BodyFinder(const Message& message) : parts_(message.parts) {}

    BodyLists find() {
        Level top;
        top.next = 0;
        top.end = static_cast<std::uint32_t>(parts_.size());
        levels_.push_back(top);
        while (!levels_.empty()) {
            Level& level = levels_.back();
            if (level.next >= level.end) {
                leave(level);
                levels_.pop_back();
                continue;
            }
            const std::uint32_t index = level.next;
            const bool first = level.first;
            level.next = parts_[index].subtree_end;
            level.first = false;
            if (parts_[index].is_multipart)
                enter(index);
            else
                file(level, index, first);
        }
        return std::move(lists_);
    }

private:
    struct Level {
        std::uint32_t next = 0, end = 0;
        bool first = true;
        bool alternative = false, related = false;
        bool in_alternative = false; // here or further out
        bool text = true, html = true;
        std::size_t text_size = 0, html_size = 0; // when the multipart began
    };

    void enter(std::uint32_t index) {
        const Part& part = parts_[index];
        Level level = levels_.back();
        level.next = index + 1;
        level.end = part.subtree_end;
        level.first = true;
        level.alternative = part.subtype == "alternative";
        level.related = part.subtype == "related";
        level.in_alternative = level.in_alternative || level.alternative;
        level.text_size = lists_.text.size();
        level.html_size = lists_.html.size();
        levels_.push_back(level);
    }

    void file(Level& level, std::uint32_t index, bool first) {
        const Part& part = parts_[index];
        const bool plain = part.is("text", "plain"), html = part.is("text", "html"), media = is_media(part);
        const bool is_body = part.disposition != "attachment" && (plain || html || media) &&
                             (first || (!level.related && (media || part.name.empty())));
        if (!is_body) {
            lists_.attachments.push_back(index);
            return;
        }
        if (level.alternative) {
            if (plain) add_text(level, index);
            if (html) add_html(level, index);
            if (media) lists_.attachments.push_back(index);
            return;
        }
        if (level.in_alternative) {
            if (plain) level.html = false;
            if (html) level.text = false;
        }
        add_text(level, index);
        add_html(level, index);
        if ((!level.text || !level.html) && media) lists_.attachments.push_back(index);
    }

    void add_text(const Level& level, std::uint32_t index) {
        if (level.text) lists_.text.push_back(index);
    }
    void add_html(const Level& level, std::uint32_t index) {
        if (level.html) lists_.html.push_back(index);
    }

    // An alternative of which only one form was found has it as both.
    void leave(const Level& level) {
        if (!level.alternative || !level.text || !level.html) return;
        const bool has_text = lists_.text.size() != level.text_size;
        const bool has_html = lists_.html.size() != level.html_size;
        const auto copy_new = [](const auto& from, std::size_t begin, auto& to) {
            to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin), from.end());
        };
        if (!has_text && has_html) copy_new(lists_.html, level.html_size, lists_.text);
        if (has_text && !has_html) copy_new(lists_.text, level.text_size, lists_.html);
    }

    const std::vector<Part>& parts_;
    std::vector<Level> levels_;
    BodyLists lists_;
};

} // namespace

BodyLists body_lists(const Message& message) {
    return BodyFinder(message).find();
}

bool has_attachment(const Message& message, const BodyLists& lists) {
    return std::any_of(lists.attachments.begin(), lists.attachments.end(), [&](std::uint32_t index) {
        const Part& part = message.parts[index];
        if (part.is("application", "pkcs7-signature") || part.is("application", "x-pkcs7-signature") ||
            part.is("application", "pgp-signature"))
            return false;
        const bool shown =
            !part.content_id.empty() && !lists.html.empty() && part.disposition != "attachment";
        return !(shown && part.type == "image");
    });
}

TextPart text_part(std::string_view bytes, const Part& part) {
    return {part.body.of(bytes), part.encoding, part.charset, part.is("text", "html")};
}

} // namespace facteur::mime
