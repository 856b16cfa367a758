#include "actors/session/imap/message_content.h"

#include "actors/mailbox/ingest.h"
#include "actors/session/imap/structure_views.h"

namespace facteur {

const store::EmailView* MessageContent::row() {
    if (!has_looked_) row_ = rows_ != nullptr ? rows_->any_email(email_) : now_.any_email(account_, email_);
    has_looked_ = true;
    return row_ ? &*row_ : nullptr;
}

std::optional<std::string_view> MessageContent::structure_row() {
    if (!has_structure_row_) structure_row_ = rows_->structure(email_);
    has_structure_row_ = true;
    return structure_row_;
}

std::optional<store::EnvelopeInRow> MessageContent::envelope() {
    if (rows_ == nullptr || structure_ != nullptr) return std::nullopt;
    const auto bytes = structure_row();
    return bytes ? store::envelope_in_row(*bytes) : std::nullopt;
}

const store::StructureView* MessageContent::parts() {
    if (rows_ == nullptr || structure_ != nullptr) return nullptr;
    const auto bytes = structure_row();
    if (!bytes || !store::decode_parts(*bytes, *room_) || room_->parts.empty() || !room_->complete)
        return nullptr;
    return room_;
}

const store::StructureView& MessageContent::read_structure() {
    if (rows_ == nullptr)
        return own_structure_.emplace(now_.structure_view(account_, email_).value_or(store::StructureView{}));
    if (const auto bytes = structure_row(); bytes && store::decode_structure_view(*bytes, *room_))
        return *room_;
    return own_structure_.emplace();
}

const store::StructureView& MessageContent::structure(bool complete) {
    if (structure_ == nullptr) structure_ = &read_structure();
    if (!complete || structure_->complete || structure_->parts.empty() || row() == nullptr)
        return *structure_;
    if (auto bytes = octets({0, row()->size()})) {
        const auto email = ingest(std::make_shared<const std::string>(std::move(*bytes)), row()->received());
        completed_ = store::encode(email->structure);
        structure_ = &own_structure_.emplace(
            store::decode_structure_view(completed_).value_or(store::StructureView{}));
    }
    return *structure_;
}

const std::vector<imap::SectionPart>& MessageContent::sections() {
    if (!sections_) sections_ = sections_of(structure());
    return *sections_;
}

store::Result<std::string> MessageContent::octets(mime::Span span) {
    if (row() == nullptr) return store::fail(store::Code::not_found, "The message is gone.");
    if (span.size == 0) return std::string{};
    if (keeps_body_ && row()->size() <= whole_body) {
        if (!body_) {
            auto whole = now_.read_body(row()->body());
            if (!whole) return whole;
            body_ = std::move(*whole);
        }
        if (span.end() <= body_->size()) return body_->substr(span.offset, span.size);
        return store::fail(store::Code::corrupt, "A message is shorter than its row says.");
    }
    auto read = now_.read_body(row()->body(), span.offset, span.size);
    if (read && read->size() != span.size)
        return store::fail(store::Code::corrupt, "A message is shorter than its row says.");
    return read;
}

store::Result<std::string> MessageContent::header() {
    const auto& parts = structure().parts;
    if (parts.empty()) return store::fail(store::Code::corrupt, "A message has no structure.");
    return octets({parts.front().header_offset, parts.front().header_size});
}

} // namespace facteur
