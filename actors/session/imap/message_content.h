// One message of a mailbox for FETCH and SEARCH: its row, its structure and octets of its body, each read
// when it is asked for, and then once. For one snapshot, which must outlive it.
#pragma once

#include "store/emails_in_order.h"
#include "store/envelope_in_row.h"
#include "store/snapshot.h"
#include "transport/imap/section.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace facteur {

class MessageContent {
public:
    MessageContent(const store::Snapshot& now, store::AccountId account, store::EmailId email)
        : now_(now), account_(account), email_(email) {}
    // One of many: `rows` are of the same snapshot and account, and `room` is where its structure is put;
    // both must outlive it.
    MessageContent(const store::Snapshot& now, store::EmailsInOrder& rows, store::StructureView& room,
                   store::EmailId email)
        : now_(now), account_(rows.account()), email_(email), rows_(&rows), room_(&room) {}

    // Null: it is gone, or damaged.
    const store::EmailView* row();
    // Without parts when it is damaged. `complete`: as IMAP's ENVELOPE and BODYSTRUCTURE need it, which for
    // a row of an older store means to read and parse the whole body.
    const store::StructureView& structure(bool complete = false);
    // The envelope where its row is, when that says all of it in few fields and `structure` was not asked for
    // before. Of one of many messages alone.
    std::optional<store::EnvelopeInRow> envelope();
    // The parts for BODYSTRUCTURE, likewise, in `room`: null when `structure` has to be asked.
    const store::StructureView* parts();
    // The body was read and parsed for that.
    [[nodiscard]] bool was_parsed() const { return !completed_.empty(); }
    const std::vector<imap::SectionPart>& sections();

    // Exactly these octets, or an error.
    [[nodiscard]] store::Result<std::string> octets(mime::Span span);
    // The header of the message, as it stands there.
    [[nodiscard]] store::Result<std::string> header();
    // More than one part of it will be asked for: a body up to `whole_body` is then read once.
    void keep_body() { keeps_body_ = true; }
    static constexpr std::uint64_t whole_body = 1 << 20; // one chunk, which reading any part of it unpacks

private:
    const store::StructureView& read_structure();
    std::optional<std::string_view> structure_row();

    const store::Snapshot& now_;
    store::AccountId account_;
    store::EmailId email_;
    store::EmailsInOrder* rows_ = nullptr; // or none, and no `room_`
    store::StructureView* room_ = nullptr;
    bool has_looked_ = false, has_structure_row_ = false, keeps_body_ = false;
    std::optional<store::EmailView> row_;
    std::optional<std::string_view> structure_row_;
    const store::StructureView* structure_ = nullptr;
    std::optional<store::StructureView> own_structure_;
    std::string completed_; // a row, which `structure_` points into when the stored one is an old one
    std::optional<std::vector<imap::SectionPart>> sections_;
    std::optional<std::string> body_;
};

} // namespace facteur
