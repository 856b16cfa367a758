// Emails of one account, looked up one after the other, as FETCH does: UIDs and ids mostly ascend together,
// so the next row is beside the one before (`Cursor::find`). For one snapshot, which must outlive it, and one
// thread.
#pragma once

#include "store/environment.h"
#include "store/snapshot.h"

#include <optional>
#include <string_view>

namespace facteur::store {

class EmailsInOrder {
public:
    EmailsInOrder(const Snapshot& now, AccountId account) : now_(now), account_(account) {}

    [[nodiscard]] AccountId account() const { return account_; }
    // As Snapshot::any_email.
    [[nodiscard]] std::optional<EmailView> any_email(EmailId email);
    // The structure row, as it is stored (`envelope_in_row`, `decode_structure_view`).
    [[nodiscard]] std::optional<std::string_view> structure(EmailId email);

private:
    std::optional<std::string_view> find(std::optional<Cursor>& cursor, std::size_t database, EmailId email);

    const Snapshot& now_;
    AccountId account_;
    std::optional<Cursor> emails_, structures_; // once they are asked for
};

} // namespace facteur::store
