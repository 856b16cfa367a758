// What of an email is searched, made from its rows and as little of its body as that takes.
#include "actors/indexing/document.h"

#include "actors/indexing/indexing.h"
#include "transport/mime/body.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <limits>

namespace facteur {
namespace {

using store::search::bit;
using store::search::Document;
using store::search::Field;

// A hundred pages: what is longer is a log or a listing, and its beginning says what it is about.
constexpr std::size_t longest_body = 256 << 10;
// Of all attachments together: a text file's beginning, a forwarded message.
constexpr std::size_t longest_attachment_text = 128 << 10;
// Encoded octets that are read of one part: base64 and markup make text longer, but not without end.
constexpr std::uint64_t longest_read = 1 << 20;
// The text that is looked for is in one of the first parts, also in a digest.
constexpr std::size_t most_text_parts = 64;
constexpr std::size_t most_names = 500;
// Bodies up to one stored chunk are read once, from the first text on, larger ones part by part.
constexpr std::uint64_t read_whole = 1 << 20;

constexpr std::uint32_t of_list =
    bit(Field::from) | bit(Field::to) | bit(Field::subject); // what an email row holds
constexpr std::size_t whole_in_row = 1000;                   // octets of a text that a row has not cut

class Maker {
public:
    Maker(const store::Snapshot& now, const store::EmailView& email, const store::StructureRow& structure,
          Document& document)
        : now_(now), email_(email), structure_(structure), document_(document) {}

    // False when something could not be read.
    bool run(std::uint32_t fields) {
        const auto wanted = [&](Field field) { return (fields & bit(field)) != 0; };
        if (wanted(Field::from)) addresses(Field::from, structure_.from);
        if (wanted(Field::to)) addresses(Field::to, structure_.to);
        if (wanted(Field::cc)) addresses(Field::cc, structure_.cc);
        if (wanted(Field::bcc)) addresses(Field::bcc, structure_.bcc);
        if (wanted(Field::subject)) document_[Field::subject] = structure_.subject;
        if (wanted(Field::body)) body();
        if (wanted(Field::attachment)) attachments();
        return is_whole_;
    }

private:
    void addresses(Field field, const std::vector<store::Address>& addresses) {
        auto& text = document_[field];
        for (const auto& address : addresses)
            text.append(address.name).append(" <").append(address.email).append(">\n");
    }

    [[nodiscard]] bool is_body(std::size_t part) const {
        const auto in = [&](const std::vector<std::uint32_t>& list) {
            return std::find(list.begin(), list.end(), part) != list.end();
        };
        return in(structure_.text_body) || in(structure_.html_body);
    }

    void body() {
        auto& text = document_[Field::body];
        std::size_t parts = 0;
        for (std::size_t i = 0; i < structure_.parts.size() && parts < most_text_parts; ++i)
            if (structure_.parts[i].type == "text" && is_body(i) && ++parts > 0)
                append(text, structure_.parts[i], longest_body);
    }

    void attachments() {
        auto& text = document_[Field::attachment];
        std::size_t names = 0, texts = 0;
        for (const auto& part : structure_.parts)
            if (!part.name.empty() && ++names <= most_names) text.append(part.name).push_back('\n');
        const auto longest = text.size() + longest_attachment_text;
        for (std::size_t i = 0; i < structure_.parts.size() && texts < most_text_parts; ++i)
            if (structure_.parts[i].type == "text" && !is_body(i) && ++texts > 0)
                append(text, structure_.parts[i], longest);
    }

    void append(std::string& text, const store::PartRow& part, std::size_t longest) {
        if (text.size() >= longest) return;
        const mime::TextPart of{encoded(part), static_cast<mime::Encoding>(part.encoding), part.charset,
                                part.subtype == "html"};
        text.append(mime::searchable_text(of, longest - text.size())).push_back('\n');
    }

    // What cannot be read is not searched; `facteur check` names a body that is damaged.
    std::string_view encoded(const store::PartRow& part) {
        const auto size = std::min(part.body_size, longest_read);
        if (email_.size() > read_whole) {
            take(now_.read_body(email_.body(), part.body_offset, size));
            return bytes_;
        }
        if (part.body_offset < first_) take_from(part.body_offset);
        const auto begin = part.body_offset - first_;
        return begin < bytes_.size() ? std::string_view(bytes_).substr(begin, size) : std::string_view();
    }

    // Parts lie in their order: most often once.
    void take_from(std::uint64_t offset) {
        take(now_.read_body(email_.body(), offset, email_.size()));
        first_ = offset;
    }

    void take(store::Result<std::string> bytes) {
        is_whole_ = is_whole_ && bytes;
        bytes_ = std::move(bytes).value_or(std::string{});
    }

    const store::Snapshot& now_;
    const store::EmailView& email_;
    const store::StructureRow& structure_;
    Document& document_;
    std::string bytes_;
    std::uint64_t first_ = std::numeric_limits<std::uint64_t>::max(); // octet of the body in `bytes_`
    bool is_whole_ = true;
};

// From the email row alone, when all that is asked is whole in it.
bool fill_from_row(const store::EmailView& email, std::uint32_t fields, Document& document) {
    if ((fields & ~of_list) != 0 || email.more_addresses() || email.subject().size() > whole_in_row)
        return false;
    const auto add = [&](Field field, const std::vector<store::AddressView>& addresses) {
        auto& text = document[field];
        for (const auto& address : addresses)
            text.append(address.name).append(" <").append(address.email).append(">\n");
        return std::all_of(addresses.begin(), addresses.end(), [](const store::AddressView& address) {
            return address.name.size() <= whole_in_row && address.email.size() <= whole_in_row;
        });
    };
    if ((fields & bit(Field::subject)) != 0) document[Field::subject] = email.subject();
    const bool whole = ((fields & bit(Field::from)) == 0 || add(Field::from, email.from())) &&
                       ((fields & bit(Field::to)) == 0 || add(Field::to, email.to()));
    if (!whole) document.text = {};
    return whole;
}

} // namespace

bool fill_document(const store::Snapshot& now, const store::EmailView& email,
                   const store::StructureRow& structure, std::uint32_t fields, Document& document) {
    return Maker(now, email, structure, document).run(fields);
}

std::optional<Document> Indexing::document(const store::Snapshot& now, store::AccountId account,
                                           store::EmailId email, std::uint32_t fields) {
    const auto view = now.any_email(account, email);
    if (!view) return std::nullopt;
    Document document{account, email, {}};
    if (fill_from_row(*view, fields, document)) return document;
    if (const auto structure = now.structure(account, email))
        static_cast<void>(fill_document(now, *view, *structure, fields, document));
    return document;
}

} // namespace facteur
