// The binary form of rows. Each starts with a version octet; integers are little-endian, strings have a
// length before them. `EmailView` reads a row in place: making one checks the fixed part and the offsets
// once, reading a field is then a bounded look at the mapped bytes.
#pragma once

#include "store/error.h"
#include "store/rows.h"

#include <optional>
#include <string>
#include <string_view>

namespace facteur::store {

class EmailView {
public:
    // Fails with Code::corrupt when `bytes` is not a whole email row.
    static Result<EmailView> over(std::string_view bytes);

    [[nodiscard]] EmailId id() const;
    [[nodiscard]] ThreadId thread() const;
    [[nodiscard]] Hash body() const;
    [[nodiscard]] std::uint64_t size() const;
    [[nodiscard]] Time received() const;
    [[nodiscard]] Time sent() const;
    [[nodiscard]] Modseq created() const;
    [[nodiscard]] Modseq changed() const;
    [[nodiscard]] bool has_attachment() const;
    [[nodiscard]] bool more_addresses() const;
    [[nodiscard]] std::uint32_t flags() const;
    [[nodiscard]] std::string_view subject() const;
    [[nodiscard]] std::string_view sort_subject() const;
    [[nodiscard]] std::string_view preview() const;
    [[nodiscard]] bool has_keyword(std::string_view other) const; // one that is not a Flag
    [[nodiscard]] bool in_mailbox(MailboxId mailbox) const;       // as JMAP sees it
    [[nodiscard]] std::vector<std::string_view> other_keywords() const;
    [[nodiscard]] std::vector<MailboxRef> mailboxes() const; // as JMAP sees them: without \Deleted
    [[nodiscard]] std::vector<MailboxRef> refs() const;      // all
    [[nodiscard]] std::optional<MailboxRef> ref(MailboxId mailbox) const;
    [[nodiscard]] bool is_hidden() const;
    [[nodiscard]] std::vector<AddressView> from() const;
    [[nodiscard]] std::vector<AddressView> to() const;
    [[nodiscard]] Keywords keywords() const;
    [[nodiscard]] EmailRow row() const; // a copy of everything
    // As written today: its places hold more than those of the first stores did.
    [[nodiscard]] bool is_newest_form() const;

private:
    explicit EmailView(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::size_t place_count() const;
    [[nodiscard]] MailboxRef place(std::size_t number) const;
    std::string_view bytes_;
};

std::string encode(const EmailRow& row);
std::string encode(const StructureRow& row);
Result<StructureRow> decode_structure(std::string_view bytes);
// Points into `bytes`.
Result<StructureView> decode_structure_view(std::string_view bytes);
// The same into a view whose lists keep their room; false: the row is damaged, and the view says nothing.
bool decode_structure_view(std::string_view bytes, StructureView& into);
std::string encode(const AccountRow& row);
Result<AccountRow> decode_account(std::string_view bytes);

} // namespace facteur::store
