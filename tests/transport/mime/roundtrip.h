// parse(write(x)) = x, for the property test and the fuzz target: makes a random message, and tells in what a
// message that was read differs from the one that was written.
#pragma once

#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/message.h"
#include "transport/mime/write.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace roundtrip {

using namespace facteur::mime;

using Draw = std::function<std::uint64_t(std::uint64_t below)>; // below > 0

class Maker {
public:
    explicit Maker(Draw draw) : draw_(std::move(draw)) {}

    NewMessage message() {
        NewMessage m;
        const auto count = draw_(6);
        for (std::uint64_t i = 0; i < count; ++i)
            m.fields.push_back({"X-Field-" + std::to_string(i), value()});
        m.body = part(0, true);
        return m;
    }

private:
    bool chance(std::uint64_t of) { return draw_(of) == 0; }

    // Words of many kinds; without white space at its ends, and in normalization form C.
    std::string words(std::uint64_t most) {
        static const std::array<std::string, 22> pieces = {"Réunion",
                                                           "a",
                                                           "conseil de classe",
                                                           "漢字漢字漢字漢字",
                                                           "😀",
                                                           "\"quoted\"",
                                                           "back\\slash",
                                                           "=?utf-8?Q?x?=",
                                                           "(c)",
                                                           "<x@y>",
                                                           "a,b;c:d",
                                                           "x  y",
                                                           "From ",
                                                           ".",
                                                           "--",
                                                           "100%",
                                                           "it's*",
                                                           "é",
                                                           "=41",
                                                           "supercalifragilisticexpialidocious",
                                                           "ÀÉÎÕÜ",
                                                           "_"};
        std::string out;
        const auto count = draw_(most) + 1;
        for (std::uint64_t i = 0; i < count; ++i) {
            if (i > 0 && !chance(5)) out += ' ';
            out += pieces[draw_(pieces.size())];
            if (chance(20)) out += std::string(draw_(300), 'x');
        }
        while (!out.empty() && out.back() == ' ')
            out.pop_back();
        return out;
    }

    std::string id() {
        return "id" + std::to_string(draw_(1000000)) + std::string(chance(10) ? 200 : 0, 'i') + "@example.fr";
    }

    std::vector<Address> addresses() {
        static const std::array<std::string, 5> emails = {"a@example.fr", "\"a b\"@example.fr",
                                                          "a.b+c@[192.0.2.1]", "x@y", "\"q\\\"q\"@z.fr"};
        std::vector<Address> out(draw_(5));
        for (auto& address : out)
            address = {chance(3) ? "" : words(4), emails[draw_(emails.size())]};
        return out;
    }

    FieldValue value() {
        switch (draw_(7)) {
        case 0: return Text{words(20)};
        case 1: return addresses();
        case 2: {
            std::vector<AddressGroup> groups(draw_(4));
            for (auto& group : groups)
                group = {words(2), addresses()};
            return groups;
        }
        case 3: {
            MessageIds ids;
            for (auto i = draw_(6) + 1; i > 0; --i)
                ids.ids.push_back(id());
            return ids;
        }
        case 4:
            return Date{static_cast<std::int64_t>(draw_(4000000000U)),
                        static_cast<std::int32_t>(draw_(1600)) - 800};
        case 5: {
            Urls urls;
            for (auto i = draw_(3) + 1; i > 0; --i)
                urls.urls.push_back("mailto:" + id());
            return urls;
        }
        default: return Raw{" raw\r\n folded (" + std::to_string(draw_(99)) + ")"};
        }
    }

    std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

    std::string text_content() {
        std::string out;
        for (auto i = draw_(8); i > 0; --i) {
            out += words(chance(5) ? 60 : 6);
            if (chance(6)) out += "  ";
            if (chance(6)) out += "\t";
            out += chance(8) ? "\r\n" : chance(8) ? "\r" : chance(8) ? "" : "\n";
        }
        return out;
    }

    std::string byte_content() {
        std::string out(draw_(chance(10) ? 3000 : 100), '\0');
        for (char& c : out)
            c = static_cast<char>(draw_(256));
        return out;
    }

    NewPart part(unsigned depth, bool root = false) {
        NewPart out;
        if (depth < 6 && chance(root ? 2 : 3)) {
            static const std::array<std::string, 4> types = {"mixed", "alternative", "related", "x-other"};
            out.type = "multipart/" + types[draw_(types.size())];
            for (auto i = draw_(4) + 1; i > 0; --i)
                out.children.push_back(part(depth + 1));
            return out;
        }
        if (chance(2)) {
            out.type = chance(2) ? "text/plain" : "text/html";
            out.content = keep(text_content());
        } else if (chance(5)) {
            out.type = "message/rfc822";
            out.content = keep("Subject: x\r\nX-Nested: y\n\n" + words(1) + "\n" + words(1) + "\r--a\nend");
        } else {
            static const std::array<std::string, 4> types = {"application/pdf", "image/png", "text/csv",
                                                             "application/octet-stream"};
            out.type = types[draw_(types.size())];
            out.name = words(3);
            out.content = keep(byte_content());
        }
        if (chance(3)) out.name = words(chance(4) ? 20 : 3);
        if (chance(2)) out.disposition = chance(2) ? "attachment" : "inline";
        if (chance(3)) out.content_id = id();
        if (chance(6)) out.language = {"fr", "en"};
        if (chance(6)) out.location = "http://example.fr/" + std::to_string(draw_(100));
        if (chance(6)) out.fields.push_back({"Content-Description", Text{words(10)}});
        return out;
    }

    Draw draw_;
    std::deque<std::string> kept_;
};

// Every line end as LF.
inline std::string with_feeds(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        out += text[i] == '\r' ? '\n' : text[i];
    }
    return out;
}

struct FieldReader {
    std::string_view read; // the raw value that was read

    bool operator()(const Raw& value) const { return raw(read) == value.value; }
    bool operator()(const Text& value) const { return text(read) == to_nfc(value.value); }
    bool operator()(const std::vector<Address>& value) const { return addresses(read) == normal(value); }
    bool operator()(const std::vector<AddressGroup>& value) const {
        auto expected = value;
        for (auto& group : expected) {
            group.name = to_nfc(*group.name);
            group.addresses = normal(group.addresses);
        }
        return grouped_addresses(read) == expected;
    }
    bool operator()(const MessageIds& value) const { return message_ids(read) == value.ids; }
    bool operator()(const Date& value) const { return date(read) == value; }
    bool operator()(const Urls& value) const { return urls(read) == value.urls; }

    static std::vector<Address> normal(std::vector<Address> all) {
        for (auto& address : all)
            address.name = to_nfc(address.name);
        return all;
    }
};

inline std::string part_difference(const NewPart& wrote, const Part& read, std::string_view bytes,
                                   bool root) {
    if (read.media_type() != wrote.type) return "type";
    if (read.is_multipart) return read.children == wrote.children.size() ? "" : "children";
    if (read.name != wrote.name) return "name: " + read.name + " for " + wrote.name;
    if (read.disposition != wrote.disposition) return "disposition";
    if (read.content_id != wrote.content_id) return "content id";
    if (read.location != wrote.location) return "location";
    if (read.language != (wrote.language.empty() ? "" : "fr,en")) return "language";
    const bool is_text = read.type == "text" && wrote.name.empty() && wrote.disposition != "attachment";
    const bool any_line_ends = is_text || read.type == "message";
    std::string content = decode_transfer(read.body.of(bytes), read.encoding).bytes;
    std::string expected(wrote.content);
    if (any_line_ends) {
        content = with_feeds(content);
        expected = with_feeds(expected);
    }
    // A message ends its last line.
    if (root && content.size() > expected.size() && content.ends_with('\n') &&
        read.encoding != Encoding::base64)
        content.resize(expected.size());
    if (content != expected) return "content";
    return "";
}

// Empty when what was read is what was written; else where it differs.
inline std::string difference(const NewMessage& wrote, std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const auto feed = bytes.find('\n', at);
        if (feed == std::string_view::npos) return "the last line does not end";
        if (feed == 0 || bytes[feed - 1] != '\r') return "a bare line feed";
        if (feed - 1 - at > 998) return "a line that is too long";
        at = feed + 1;
    }
    const Message read = parse(bytes);
    const auto header = read.root().header.of(bytes);
    for (const auto& field : wrote.fields) {
        const auto found = last_field(header, field.name);
        if (!found) return "field lost: " + field.name;
        if (!std::visit(FieldReader{found->value}, field.value)) return "field: " + std::string(found->value);
    }
    std::vector<const NewPart*> open{&wrote.body};
    for (std::size_t i = 0; i < read.parts.size(); ++i) {
        if (read.parts[i].in_message) continue;
        if (open.empty()) return "too many parts";
        const NewPart& part = *open.back();
        open.pop_back();
        for (auto child = part.children.rbegin(); child != part.children.rend(); ++child)
            open.push_back(&*child);
        if (auto found = part_difference(part, read.parts[i], bytes, i == 0); !found.empty())
            return "part " + read.parts[i].section + ": " + found;
    }
    return open.empty() ? "" : "parts lost";
}

} // namespace roundtrip
