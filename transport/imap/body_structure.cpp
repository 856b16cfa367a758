#include "transport/imap/body_structure.h"

#include "transport/base/ascii.h"

#include <algorithm>
#include <array>
#include <utility>

namespace facteur::imap {
namespace {

constexpr std::size_t deepest_structure = 200;

bool is_plain_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// RFC 2231 §4: utf-8''%C3%A9
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF", plain = "!#$&+-.^_`|~";
    std::string out = "utf-8''";
    for (const char c : text) {
        if (ascii::is_alpha(c) || ascii::is_digit(c) || plain.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += {'%', digits[octet >> 4], digits[octet & 15]};
    }
    return out;
}

class StructureWriter {
public:
    StructureWriter(Output& out, const std::vector<BodyPart>& parts, bool extended, Wire wire)
        : out_(out), parts_(parts), extended_(extended), wire_(wire), children_(parts.size()) {
        for (std::size_t i = parts.size(); i-- > 1;) {
            const auto parent = parts[i].parent;
            if (parent < 0 || static_cast<std::size_t>(parent) >= i) continue;
            auto& of = children_[static_cast<std::size_t>(parent)];
            children_[i].next = std::exchange(of.first, i);
        }
    }

    void part(std::size_t i, std::size_t depth = 0) {
        const auto& part = parts_[i];
        const bool goes_on = children_[i].first != 0 && depth < deepest_structure;
        out_.put('(');
        if (goes_on && ascii::same_text(part.type, "multipart"))
            multipart(i, depth);
        else if (goes_on && part.envelope != nullptr)
            message(i, depth);
        else
            leaf(part);
        out_.put(')');
    }

private:
    void multipart(std::size_t i, std::size_t depth) {
        const auto& part = parts_[i];
        for (auto child = children_[i].first; child != 0; child = children_[child].next)
            this->part(child, depth + 1);
        out_.put(' ');
        upper(part.subtype);
        if (!extended_) return;
        out_.put(' ');
        parameters(part.parameters);
        extension(part);
    }

    void message(std::size_t i, std::size_t depth) {
        const auto& part = parts_[i];
        basic(part, part.type, part.subtype);
        out_.put(' ');
        write_envelope(out_, *part.envelope, wire_);
        out_.put(' ');
        this->part(children_[i].first, depth + 1);
        out_.put(' ');
        write_number(out_, part.lines);
        extension_of_leaf(part);
    }

    void leaf(const BodyPart& part) {
        const bool container =
            ascii::same_text(part.type, "multipart") ||
            (ascii::same_text(part.type, "message") &&
             (ascii::same_text(part.subtype, "rfc822") || ascii::same_text(part.subtype, "global")));
        if (container)
            basic(part, "application", "octet-stream");
        else
            basic(part, part.type, part.subtype);
        if (ascii::same_text(part.type, "text")) {
            out_.put(' ');
            write_number(out_, part.lines);
        }
        extension_of_leaf(part);
    }

    // media type, body-fields
    void basic(const BodyPart& part, std::string_view type, std::string_view subtype) {
        upper(type);
        out_.put(' ');
        upper(subtype);
        out_.put(' ');
        parameters(part.parameters);
        out_.put(' ');
        if (part.content_id.empty())
            out_.put("NIL");
        else
            write_string(out_, std::string(1, '<').append(part.content_id).append(1, '>'), wire_);
        out_.put(' ');
        if (part.description.empty())
            out_.put("NIL");
        else
            write_text(out_, part.description, wire_);
        out_.put(" \"");
        out_.put(encoding_name(part.encoding));
        out_.put("\" ");
        write_number(out_, part.octets);
    }

    void extension_of_leaf(const BodyPart& part) {
        if (!extended_) return;
        out_.put(' ');
        nil_or_string(part.md5);
        extension(part);
    }

    // body-fld-dsp, body-fld-lang, body-fld-loc
    void extension(const BodyPart& part) {
        out_.put(' ');
        if (part.disposition.empty()) {
            out_.put("NIL");
        } else {
            out_.put('(');
            upper(part.disposition);
            out_.put(' ');
            parameters(part.disposition_parameters);
            out_.put(')');
        }
        out_.put(' ');
        language(part.language);
        out_.put(' ');
        nil_or_string(part.location);
    }

    void language(std::string_view tags) {
        if (tags.find(',') == std::string_view::npos) {
            nil_or_string(ascii::trimmed(tags));
            return;
        }
        out_.put('(');
        for (bool first = true; !tags.empty(); first = false) {
            const auto comma = std::min(tags.find(','), tags.size());
            if (!first) out_.put(' ');
            write_string(out_, ascii::trimmed(tags.substr(0, comma)), wire_);
            tags.remove_prefix(std::min(comma + 1, tags.size()));
        }
        out_.put(')');
    }

    void parameters(const BodyPart::Parameters& all) {
        if (all.empty()) {
            out_.put("NIL");
            return;
        }
        out_.put('(');
        bool first = true;
        for (const auto& [name, value] : all) {
            if (!std::exchange(first, false)) out_.put(' ');
            const bool encoded = !wire_.utf8 && !is_plain_ascii(value);
            if (encoded)
                upper(std::string(name).append(1, '*'));
            else
                upper(name);
            out_.put(' ');
            if (encoded)
                write_string(out_, percent_encoded(value), wire_);
            else
                write_string(out_, value, wire_);
        }
        out_.put(')');
    }

    void nil_or_string(std::string_view text) {
        if (text.empty())
            out_.put("NIL");
        else
            write_string(out_, text, wire_);
    }

    // Names of types and parameters, nearly all of which are short and plain.
    void upper(std::string_view text) {
        std::array<char, 64> few{};
        std::string many;
        char* copy = few.data();
        if (text.size() > few.size()) {
            many.resize(text.size());
            copy = many.data();
        }
        std::transform(text.begin(), text.end(), copy,
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
        write_string(out_, {copy, text.size()}, wire_);
    }

    Output& out_;
    const std::vector<BodyPart>& parts_;
    bool extended_;
    Wire wire_;
    struct Children { // of a part, and the one beside it; 0: none
        std::size_t first = 0, next = 0;
    };
    std::vector<Children> children_;
};

BodyPart::Parameters parameter_views(const std::vector<mime::Parameter>& parameters) {
    BodyPart::Parameters out;
    out.reserve(parameters.size());
    for (const auto& parameter : parameters)
        out.emplace_back(parameter.name, parameter.value);
    return out;
}

} // namespace

std::string_view encoding_name(mime::Encoding encoding) {
    switch (encoding) {
    case mime::Encoding::seven_bit: return "7BIT";
    case mime::Encoding::eight_bit: return "8BIT";
    case mime::Encoding::binary: return "BINARY";
    case mime::Encoding::quoted_printable: return "QUOTED-PRINTABLE";
    case mime::Encoding::base64: return "BASE64";
    case mime::Encoding::unknown: break;
    }
    return "X-UNKNOWN";
}

void write_body_structure(Output& out, const std::vector<BodyPart>& parts, bool extended, Wire wire) {
    if (parts.empty()) {
        const std::vector<BodyPart> empty(1);
        StructureWriter(out, empty, extended, wire).part(0);
        return;
    }
    StructureWriter(out, parts, extended, wire).part(0);
}

ParsedStructure body_parts(const mime::Message& message, std::string_view bytes) {
    ParsedStructure out;
    out.parts.reserve(message.parts.size());
    for (std::size_t i = 0; i < message.parts.size(); ++i) {
        const auto& from = message.parts[i];
        auto& to = out.parts.emplace_back();
        to.parent = from.parent;
        to.type = from.type;
        to.subtype = from.subtype;
        to.parameters = parameter_views(from.parameters);
        to.content_id = from.content_id;
        to.description = from.description;
        to.encoding = from.encoding;
        to.octets = from.body.size;
        to.lines = from.lines;
        to.md5 = from.md5;
        to.disposition = from.disposition;
        to.disposition_parameters = parameter_views(from.disposition_parameters);
        to.language = from.language;
        to.location = from.location;
        if (!from.is_message || i + 1 >= message.parts.size()) continue;
        const auto header = message.parts[i + 1].header.of(bytes);
        auto& parsed = out.headers.emplace_back(std::make_unique<mime::Envelope>(mime::envelope(header)));
        to.envelope =
            out.envelopes.emplace_back(std::make_unique<EnvelopeView>(envelope_view(*parsed))).get();
    }
    return out;
}

} // namespace facteur::imap
