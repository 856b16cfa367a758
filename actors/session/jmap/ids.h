// Ids and states as JMAP shows them (RFC 8620 §1.2). An id is one letter for its type and a decimal number; a
// blob's id says what bytes it is, so that it can be read without a row of its own:
//
//     a7 account   m5 mailbox   e12 email   t12 thread   i3 identity   s4 submission
//     b<64 hex>                                     a whole body: a message or an upload, by its SHA-256
//     p<64 hex>-<offset>-<size>-<encoding>          a part of it: encoded octets, and mime::Encoding
//
// Reading gives nothing for any other form: such an object does not exist.
#pragma once

#include "store/change.h"
#include "store/rows.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facteur {

inline constexpr char account_letter = 'a', mailbox_letter = 'm', email_letter = 'e', thread_letter = 't',
                      identity_letter = 'i', submission_letter = 's';

std::string write_id(char letter, std::uint64_t number);
// No leading zeros, and within 64 bits.
std::optional<std::uint64_t> read_id(char letter, std::string_view id);

std::string account_id(store::AccountId account);
std::string mailbox_id(store::MailboxId mailbox);
std::string email_id(store::EmailId email);
std::string thread_id(store::ThreadId thread);
std::optional<store::AccountId> read_account_id(std::string_view id);
std::optional<store::MailboxId> read_mailbox_id(std::string_view id);
std::optional<store::EmailId> read_email_id(std::string_view id);
std::optional<store::ThreadId> read_thread_id(std::string_view id);

struct BlobId {
    store::Hash body;
    struct Part {
        std::uint64_t offset = 0, size = 0; // encoded octets of the body
        std::uint8_t encoding = 0;          // mime::Encoding
    };
    std::optional<Part> part; // nothing: the whole body, as it is
};
std::string blob_id(const store::Hash& body);
std::string blob_id(const store::Hash& body, const store::PartRow& part);
std::optional<BlobId> read_blob_id(std::string_view id);

// The JMAP state of a type: the modseq of the last commit that changed it.
std::string state_of(const store::AccountState& state, store::StateType type);
std::optional<store::Modseq> read_state(std::string_view text);

} // namespace facteur
