// One FETCH (RFC 9051 §6.4.5 and extensions), answered in pieces of bounded memory:
//
//     Fetch fetch(options, items, changed_since, map, messages);
//     do {
//         const auto now = store.read(account);          // a new one for each piece: they live briefly
//         state = fetch.go_on(now, out, 64 << 10);
//         send `out`, wait until the client has taken it
//     } while (state == Fetch::State::more);
//     answer by fetch.outcome()
//
// What costs least is asked first: FLAGS, UID and MODSEQ come from the UID index, dates, sizes, ids and
// PREVIEW from email rows, ENVELOPE and BODYSTRUCTURE from structure rows; only what sections ask for is read
// of bodies. \Seen is not set here: whoever sets it asks for FLAGS beside. One thread at a time; no I/O but
// the snapshot's.
#pragma once

#include "actors/session/imap/body_pieces.h"
#include "actors/session/imap/flags.h"
#include "actors/session/imap/message_content.h"
#include "actors/session/imap/message_set.h"
#include "actors/session/imap/structure_views.h"
#include "transport/imap/fetch_response.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

struct FetchOptions {
    store::AccountId account = 0;
    store::MailboxId mailbox = 0;
    imap::Wire wire;
    bool with_uid = false;    // UID FETCH
    bool with_modseq = false; // CONDSTORE is enabled, or CHANGEDSINCE was asked for
    bool uid_only = false;    // answers are UIDFETCH (RFC 9586)
    std::optional<store::Modseq> changed_since;
};

class Fetch {
public:
    // `messages`: as message_set.h gives them.
    Fetch(const FetchOptions& options, std::vector<imap::FetchItem> items, std::shared_ptr<const UidMap> map,
          MessageRanges messages);

    enum class State {
        more,
        done,
        broken, // a literal that was begun cannot be completed: close the connection
    };
    // Appends answers until `out` has `enough` octets, which it may pass by one answer or some megabytes of a
    // body, or until it has looked at so many entries of the UID index; a row counts for some of them.
    static constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();
    State go_on(const store::Snapshot& now, std::string& out, std::size_t enough,
                std::size_t looks = any_number);

    struct Outcome {
        std::uint64_t gone = 0;       // messages of the map that are no longer there: NO [EXPUNGEISSUED]
        std::uint64_t unreadable = 0; // damaged ones, which were passed over: NO [SERVERBUG]
        bool unknown_cte = false;     // BINARY of an encoding that nobody knows: NO [UNKNOWN-CTE]
    };
    [[nodiscard]] const Outcome& outcome() const { return outcome_; }

private:
    enum class Done { whole, literal_begun, unreadable };
    struct Answer { // the one that is being written
        store::UidEntry entry;
        std::size_t next_item = 0;
    };

    [[nodiscard]] bool is_done() const { return range_ == messages_.size(); }
    void advance();
    void looked(std::size_t times) { looks_left_ -= std::min(looks_left_, times); }
    State go_on_with(const store::Snapshot& now, std::string& out, std::size_t enough);
    void walk(const store::Snapshot& now, std::string& text, std::size_t enough);
    void answer(const store::Snapshot& now, const store::UidEntry& entry, Output& out);
    void finish_answer(const store::Snapshot& now, std::string& text);
    Done write_items(const store::Snapshot& now, imap::FetchWriter& writer, Output& out);
    Done write_remaining_items(const store::Snapshot& now, imap::FetchWriter& writer, Output& out);
    Done write_item(const store::Snapshot& now, MessageContent& message, const imap::FetchItem& item,
                    imap::FetchWriter& writer, Output& out);
    Done write_structure_item(MessageContent& message, imap::FetchItem::Kind kind, imap::FetchWriter& writer);
    Done write_row_item(MessageContent& message, imap::FetchItem::Kind kind, imap::FetchWriter& writer) const;
    bool write_entry_item(const store::UidEntry& entry, imap::FetchItem::Kind kind,
                          imap::FetchWriter& writer);
    Done write_keywords(MessageContent& message, imap::FetchWriter& writer);
    Done write_section(const store::Snapshot& now, MessageContent& message, const imap::FetchItem& item,
                       imap::FetchWriter& writer, Output& out);
    Done write_binary(const store::Snapshot& now, MessageContent& message, const imap::FetchItem& item,
                      imap::FetchWriter& writer, Output& out);

    FetchOptions options_;
    std::vector<imap::FetchItem> items_; // those with octets of bodies last
    bool many_sections_ = false;
    bool by_index_ = false; // the UID index says all that was asked for, but for other keywords
    std::shared_ptr<const UidMap> map_;
    MessageRanges messages_;
    std::size_t range_ = 0; // the next message is `number_`, of this range
    std::uint32_t number_ = 0;
    store::Uid uid_ = 0;
    std::size_t looks_left_ = 0; // of one piece
    std::optional<Answer> answer_;
    std::optional<BodyPieces> literal_;
    // Of the messages under way, kept for their room.
    std::optional<store::EmailsInOrder> rows_; // of one piece
    std::optional<MessageContent> message_;    // of one answer: most items of most commands need none
    store::StructureView structure_;
    imap::EnvelopeView envelope_;
    BodyPartViews parts_;
    std::vector<std::string_view> flags_;
    FlagTexts flag_texts_;
    Outcome outcome_;
};

} // namespace facteur
