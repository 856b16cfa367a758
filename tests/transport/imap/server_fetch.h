// FETCH and UIDFETCH responses read and written again by our writers, for tests alone.
#pragma once

#include "tests/transport/imap/server_nodes.h"
#include "transport/imap/dates.h"
#include "transport/imap/fetch_response.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

bool parse_section(std::string_view text, Section& out); // transport/imap/parse.h

class ServerFetch {
public:
    explicit ServerFetch(NodeValues& values) : values_(values) {}

    // False when our writers have no such item.
    bool write(std::string& out, std::uint32_t number, FetchWriter::By by, const ServerNode& list) {
        FetchWriter fetch(out, number, {}, by);
        if (!list.is_list() || list.items.size() % 2 != 0) return false;
        for (std::size_t i = 0; i < list.items.size(); i += 2)
            if (!item(out, fetch, list.items[i].text, list.items[i + 1])) return false;
        fetch.finish();
        return !values_.bad;
    }

private:
    bool item(std::string& out, FetchWriter& fetch, std::string_view name, const ServerNode& value) {
        using Kind = FetchItem::Kind;
        if (name == "FLAGS")
            fetch.flags(values_.texts(value.items));
        else if (name == "UID")
            fetch.uid(values_.number32(value));
        else if (name == "RFC822.SIZE")
            fetch.size(values_.number(value));
        else if (name == "MODSEQ")
            fetch.modseq(values_.number(one(value)));
        else if (name == "INTERNALDATE")
            fetch.internal_date(date(value.text));
        else if (name == "SAVEDATE")
            fetch.save_date(value.is_nil() ? std::nullopt : std::optional(date(value.text)));
        else if (name == "PREVIEW")
            fetch.preview(values_.nstring(value));
        else if (name == "EMAILID")
            fetch.email_id(one(value).text);
        else if (name == "THREADID")
            fetch.thread_id(value.is_nil() ? std::nullopt
                                           : std::optional<std::string_view>(values_.keep(one(value).text)));
        else if (name == "ENVELOPE")
            fetch.envelope(envelope(value));
        else if (name == "BODY")
            fetch.body(structure(value));
        else if (name == "BODYSTRUCTURE")
            fetch.body_structure(structure(value));
        else if (name == "RFC822" || name == "RFC822.HEADER" || name == "RFC822.TEXT") {
            fetch.rfc822(name == "RFC822"          ? Kind::rfc822
                         : name == "RFC822.HEADER" ? Kind::rfc822_header
                                                   : Kind::rfc822_text,
                         value.text.size());
            out += value.text;
        } else
            return octets(out, fetch, name, value);
        return true;
    }

    // BODY[…]<0>, BINARY[…]<0>, BINARY.SIZE[…]
    bool octets(std::string& out, FetchWriter& fetch, std::string_view name, const ServerNode& value) {
        const auto open = name.find('['), close = name.rfind(']');
        if (open == std::string_view::npos || close == std::string_view::npos) return false;
        Section section;
        if (!parse_section(name.substr(open + 1, close - open - 1), section)) return false;
        std::optional<std::uint64_t> offset, size;
        if (const auto rest = name.substr(close + 1); !rest.empty())
            offset = values_.number(rest.substr(1, rest.size() - 2));
        if (!value.is_nil()) size = value.text.size();
        name = name.substr(0, open);
        if (name == "BINARY.SIZE") {
            fetch.binary_size(section.part, values_.number(value));
            return true;
        }
        if (name == "BODY")
            fetch.section(section, offset, size);
        else if (name == "BINARY")
            fetch.binary(section.part, offset, size, value.text.find('\0') != std::string::npos);
        else
            return false;
        if (size && *size > 0) out += value.text;
        return true;
    }

    const ServerNode& one(const ServerNode& list) {
        static const ServerNode nothing;
        if (list.items.size() == 1) return list.items.front();
        values_.bad = true;
        return nothing;
    }
    mime::Date date(std::string_view text) {
        const auto parsed = parse_date_time(text);
        values_.bad |= !parsed;
        return parsed.value_or(mime::Date{});
    }

    EnvelopeView envelope(const ServerNode& node) {
        EnvelopeView view;
        if (node.items.size() != 10) {
            values_.bad = true;
            return view;
        }
        view.date = values_.nil_is_empty(node.items[0]);
        view.subject = values_.nil_is_empty(node.items[1]);
        std::vector<EnvelopeAddress>* const lists[] = {&view.from, &view.sender, &view.reply_to,
                                                       &view.to,   &view.cc,     &view.bcc};
        for (std::size_t i = 0; i < std::size(lists); ++i)
            for (const auto& address : node.items[i + 2].items)
                lists[i]->push_back(this->address(address));
        view.in_reply_to = values_.nil_is_empty(node.items[8]);
        view.message_id = values_.nil_is_empty(node.items[9]);
        return view;
    }
    EnvelopeAddress address(const ServerNode& node) {
        EnvelopeAddress out;
        if (node.items.size() != 4) {
            values_.bad = true;
            return out;
        }
        if (node.items[3].is_nil()) {
            out.is =
                node.items[2].is_nil() ? EnvelopeAddress::Is::group_end : EnvelopeAddress::Is::group_begin;
            out.name = values_.nil_is_empty(node.items[2]);
            return out;
        }
        out.name = values_.nil_is_empty(node.items[0]);
        out.email = values_.keep(node.items[2].text + "@" + node.items[3].text);
        return out;
    }

    std::vector<BodyPart> structure(const ServerNode& node) {
        std::vector<BodyPart> parts;
        part(node, -1, parts);
        return parts;
    }
    void part(const ServerNode& node, std::int32_t parent, std::vector<BodyPart>& parts) {
        const auto self = static_cast<std::int32_t>(parts.size());
        parts.emplace_back().parent = parent;
        std::size_t at = 0;
        const auto has = [&] { return at < node.items.size(); };
        if (has() && node.items.front().is_list()) {
            while (has() && node.items[at].is_list())
                part(node.items[at++], self, parts);
            auto& made = parts[static_cast<std::size_t>(self)];
            made.type = "multipart";
            if (has()) made.subtype = values_.keep(ascii::lowered(node.items[at++].text));
            if (has()) made.parameters = parameters(node.items[at++]);
            if (has()) extension(made, std::span(node.items).subspan(at));
            return;
        }
        if (node.items.size() < 7) {
            values_.bad = true;
            return;
        }
        BodyPart made;
        made.parent = parent;
        made.type = values_.keep(ascii::lowered(node.items[at++].text));
        made.subtype = values_.keep(ascii::lowered(node.items[at++].text));
        made.parameters = parameters(node.items[at++]);
        auto id = values_.nil_is_empty(node.items[at++]);
        if (id.starts_with('<')) id = id.substr(1, id.size() - 2);
        made.content_id = id;
        made.description = values_.nil_is_empty(node.items[at++]);
        made.encoding = encoding(node.items[at++].text);
        made.octets = values_.number(node.items[at++]);
        if (made.type == "message" && made.subtype == "rfc822" && at + 2 < node.items.size()) {
            envelopes_.push_back(std::make_unique<EnvelopeView>(envelope(node.items[at++])));
            made.envelope = envelopes_.back().get();
            part(node.items[at++], self, parts);
            made.lines = values_.number(node.items[at++]);
        } else if (made.type == "text" && has()) {
            made.lines = values_.number(node.items[at++]);
        }
        if (has()) made.md5 = values_.nil_is_empty(node.items[at++]);
        if (has()) extension(made, std::span(node.items).subspan(at));
        parts[static_cast<std::size_t>(self)] = made;
    }
    void extension(BodyPart& part, std::span<const ServerNode> nodes) {
        if (!nodes.empty() && nodes[0].items.size() == 2) {
            part.disposition = values_.keep(ascii::lowered(nodes[0].items[0].text));
            part.disposition_parameters = parameters(nodes[0].items[1]);
        }
        if (nodes.size() > 1) {
            std::string joined = nodes[1].is_nil() ? "" : nodes[1].text;
            for (const auto& tag : nodes[1].items)
                joined += (joined.empty() ? "" : ",") + tag.text;
            part.language = values_.keep(joined);
        }
        if (nodes.size() > 2) part.location = values_.nil_is_empty(nodes[2]);
    }
    BodyPart::Parameters parameters(const ServerNode& node) {
        BodyPart::Parameters out;
        for (std::size_t i = 0; i + 1 < node.items.size(); i += 2)
            out.emplace_back(values_.keep(ascii::lowered(node.items[i].text)),
                             values_.keep(node.items[i + 1].text));
        return out;
    }
    mime::Encoding encoding(std::string_view name) {
        using enum mime::Encoding;
        for (const auto encoding : {seven_bit, eight_bit, binary, base64, quoted_printable})
            if (encoding_name(encoding) == name) return encoding;
        values_.bad = true;
        return seven_bit;
    }

    NodeValues& values_;
    std::vector<std::unique_ptr<EnvelopeView>> envelopes_;
};

} // namespace facteur::imap
