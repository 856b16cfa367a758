// Which emails an account's index holds, as bits: 4,096 ids to a value, zero octets at its end left out.
// Internal to search.
//
// Three sets for each account. `live`: the documents. `dead`: removed, their postings are still there.
// `leaving`: removed before the pass over the account's postings that is under way, which takes theirs out.
#pragma once

#include "store/environment.h"
#include "store/search/search.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace facteur::store::search {

// Databases of a search environment.
enum Database : std::size_t { db_postings, db_documents, db_accounts, db_meta, db_words };
inline const std::vector<const char*> search_databases{"postings", "documents", "accounts", "meta", "words"};

enum class Set : std::uint8_t { live = 0, dead = 1, leaving = 2 };

// What is kept of an account beside its documents and postings.
struct AccountRecord {
    Modseq modseq = 0;
    EmailId below = 1;
    std::uint64_t live = 0, dead = 0, leaving = 0; // sizes of the sets
    bool clearing = false;                         // everything of it is being removed
    std::string pass; // where in the postings the pass under way goes on; empty: there is none
    bool operator==(const AccountRecord&) const = default;
};

// A set of one account, read whole.
class IdSet {
public:
    static IdSet read(MDB_txn* transaction, MDB_dbi documents, AccountId account, Set set);
    [[nodiscard]] bool contains(EmailId email) const;
    [[nodiscard]] std::vector<EmailId> ids() const; // ascending
    [[nodiscard]] std::uint64_t size() const;

private:
    std::map<std::uint64_t, std::string> parts_;
};

// Changes the sets of accounts within one transaction; `write` puts what was changed.
class SetWriter {
public:
    explicit SetWriter(WriteTransaction& transaction) : transaction_(transaction) {}
    // Says whether that changed the set.
    bool add(AccountId account, Set set, EmailId email);
    bool remove(AccountId account, Set set, EmailId email);
    void write();

private:
    std::string& part(AccountId account, Set set, EmailId email);

    WriteTransaction& transaction_;
    std::map<std::string, std::string> parts_; // by key
};

std::string set_prefix(AccountId account, Set set);

std::optional<AccountRecord> read_account(MDB_txn* transaction, MDB_dbi accounts, AccountId account);
std::string encode_account(const AccountRecord& record);
std::optional<AccountRecord> decode_account_record(std::string_view bytes);

} // namespace facteur::store::search
