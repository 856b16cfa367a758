// Any bytes as a message: spans lie within their parents, the tree is whole, sizes are what decoding gives,
// texts are UTF-8 and bounded. As 7-bit text it says the same.
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"
#include "transport/mime/message.h"
#include "transport/mime/seven_bit.h"

#include <algorithm>
#include <cstdlib>

using namespace facteur::mime;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_part(const Message& message, std::size_t index, std::string_view bytes) {
    const Part& part = message.parts[index];
    require(part.header.end() <= part.body.offset && part.body.end() <= bytes.size());
    require(part.subtree_end > index && part.subtree_end <= message.parts.size());
    require((part.children == 0) == (part.subtree_end == index + 1));
    for (const auto* text :
         {&part.type, &part.subtype, &part.charset, &part.name, &part.disposition, &part.content_id,
          &part.description, &part.md5, &part.language, &part.location, &part.boundary})
        require(is_valid_utf8(*text) && text->find('\0') == std::string::npos &&
                text->size() <= 3 * bytes.size() + 16);
    const auto body = part.body.of(bytes);
    require(part.lines == static_cast<std::uint64_t>(std::count(body.begin(), body.end(), '\n')));
    if (part.children == 0) require(part.decoded_size == decode_transfer(body, part.encoding).bytes.size());
    if (part.parent < 0) return;
    const Part& parent = message.parts[static_cast<std::size_t>(part.parent)];
    require(parent.subtree_end >= part.subtree_end && parent.depth + 1 == part.depth);
    require(part.header.offset >= parent.body.offset && part.body.end() <= parent.body.end());
}

std::string with_line_ends(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (bytes[at] == '\r' || bytes[at] == '\n') {
            if (bytes.substr(at, 2) == "\r\n") ++at;
            text += "\r\n";
        } else {
            text += bytes[at];
        }
    }
    if (!text.ends_with("\r\n")) text += "\r\n";
    return text;
}

void check_seven_bit(std::string_view bytes) {
    const auto text = with_line_ends(bytes);
    const auto encoded = to_seven_bit(text);
    if (!encoded) return;
    require(std::all_of(encoded->begin(), encoded->end(), [](char c) { return (c & 0x80) == 0; }));
    const Message before = parse(text), after = parse(*encoded);
    require(before.parts.size() == after.parts.size());
    for (std::size_t i = 0; i < before.parts.size(); ++i) {
        const Part &was = before.parts[i], &is = after.parts[i];
        require(was.parent == is.parent && was.type == is.type && was.subtype == is.subtype);
        if (was.children == 0)
            require(decode_transfer(was.body.of(text), was.encoding).bytes ==
                    decode_transfer(is.body.of(*encoded), is.encoding).bytes);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Limits limits{.parts = 40, .depth = 8};
    const Message message = parse(bytes, limits);
    require(!message.parts.empty() && message.parts.size() <= limits.parts);
    require(message.root().header.of(bytes) == header_of(bytes) || message.root().header.size == 0);
    for (std::size_t i = 0; i < message.parts.size(); ++i) {
        check_part(message, i, bytes);
        const auto value = body_value(text_part(bytes, message.parts[i]), 100);
        require(value.value.size() <= 100 && is_valid_utf8(value.value));
        require(is_valid_utf8(searchable_text(text_part(bytes, message.parts[i]), 1000)));
    }
    check_seven_bit(bytes);
    const BodyLists lists = body_lists(message);
    for (const auto* list : {&lists.text, &lists.html, &lists.attachments})
        for (const auto index : *list)
            require(index < message.parts.size() && !message.parts[index].in_message &&
                    !message.parts[index].is_multipart);
    require(lists.text.size() <= message.parts.size() && lists.html.size() <= message.parts.size());
    has_attachment(message, lists);
    const std::string shown = preview(bytes, message, lists);
    require(is_valid_utf8(shown) && shown.find('\n') == std::string::npos);
    require(std::count_if(shown.begin(), shown.end(), [](char c) { return (c & 0xC0) != 0x80; }) <= 256);
    return 0;
}
