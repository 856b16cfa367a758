#include "actors/session/imap/fetch.h"

namespace facteur {
namespace {

using Kind = imap::FetchItem::Kind;

// Entries between two messages that are walked past; what lies further apart is looked up.
constexpr unsigned longest_walk = 32;
// Entries of the index that are looked at in the time of one row.
constexpr std::size_t looks_of_row = 8;
// Room for the last answers of a piece, before which it had not enough.
constexpr std::size_t octets_of_answers = 16 * 1024;

bool has_octets(const imap::FetchItem& item) {
    return item.kind == Kind::section || item.kind == Kind::binary || item.kind == Kind::rfc822 ||
           item.kind == Kind::rfc822_header || item.kind == Kind::rfc822_text;
}

bool is_in_index(const imap::FetchItem& item) {
    return item.kind == Kind::uid || item.kind == Kind::flags || item.kind == Kind::mod_sequence;
}

bool asks_for(const std::vector<imap::FetchItem>& items, Kind kind) {
    return std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.kind == kind; });
}

} // namespace

Fetch::Fetch(const FetchOptions& options, std::vector<imap::FetchItem> items,
             std::shared_ptr<const UidMap> map, MessageRanges messages)
    : options_(options), items_(std::move(items)), map_(std::move(map)), messages_(std::move(messages)) {
    if (options_.with_uid && !options_.uid_only && !asks_for(items_, Kind::uid))
        items_.insert(items_.begin(), {Kind::uid});
    if ((options_.with_modseq || options_.changed_since) && !asks_for(items_, Kind::mod_sequence))
        items_.push_back({Kind::mod_sequence});
    std::stable_partition(items_.begin(), items_.end(), [](const auto& item) { return !has_octets(item); });
    by_index_ = !items_.empty() && std::all_of(items_.begin(), items_.end(), is_in_index);
    many_sections_ = std::count_if(items_.begin(), items_.end(), has_octets) > 1;
    if (is_done()) return;
    number_ = messages_.front().first;
    uid_ = map_->at(number_);
}

void Fetch::advance() {
    if (number_ < messages_[range_].last)
        ++number_;
    else if (++range_ < messages_.size())
        number_ = messages_[range_].first;
    if (!is_done()) uid_ = map_->at(number_);
}

Fetch::State Fetch::go_on(const store::Snapshot& now, std::string& out, std::size_t enough,
                          std::size_t looks) {
    looks_left_ = looks;
    rows_.emplace(now, options_.account);
    const auto state = go_on_with(now, out, enough);
    rows_.reset();
    return state;
}

Fetch::State Fetch::go_on_with(const store::Snapshot& now, std::string& out, std::size_t enough) {
    while (literal_ || answer_ || !is_done()) {
        if (out.size() >= enough || looks_left_ == 0) return State::more;
        if (literal_) {
            if (!literal_->next(now, out)) return State::broken;
            if (literal_->is_done()) literal_.reset();
        } else if (answer_) {
            finish_answer(now, out);
        } else {
            walk(now, out, enough);
        }
    }
    return State::done;
}

// Through the UID index and the messages that are wanted, side by side.
void Fetch::walk(const store::Snapshot& now, std::string& text, std::size_t enough) {
    text.reserve(enough + octets_of_answers);
    Output out(text);
    bool is_end = true; // of the index
    unsigned walked = 0;
    now.by_uid(options_.account, options_.mailbox, uid_, [&](const store::UidEntry& entry) {
        for (; !is_done() && uid_ < entry.uid; advance())
            ++outcome_.gone;
        is_end = false;
        if (is_done()) return false;
        looked(1);
        if (uid_ != entry.uid) {
            is_end = ++walked < longest_walk && looks_left_ > 0;
            return is_end;
        }
        walked = 0;
        answer(now, entry, out);
        advance();
        is_end = !is_done() && !answer_ && out.size() < enough && looks_left_ > 0;
        return is_end;
    });
    for (; is_end && !is_done(); advance())
        ++outcome_.gone;
}

void Fetch::answer(const store::Snapshot& now, const store::UidEntry& entry, Output& out) {
    if (options_.changed_since && entry.changed <= *options_.changed_since) return;
    const auto begin = out.size();
    using By = imap::FetchWriter::By;
    imap::FetchWriter writer(out, options_.uid_only ? entry.uid : number_, options_.wire,
                             options_.uid_only ? By::uid : By::number);
    if (by_index_ && !entry.more_keywords) {
        for (const auto& item : items_)
            write_entry_item(entry, item.kind, writer);
        return writer.finish();
    }
    answer_ = Answer{entry, 0};
    const auto done = write_items(now, writer, out);
    if (done == Done::literal_begun) return;
    answer_.reset();
    if (done == Done::unreadable) ++outcome_.unreadable;
    if (done == Done::unreadable || writer.is_empty())
        out.cut(begin);
    else
        writer.finish();
}

// After a literal: what has been sent stands, whatever has become of the message.
void Fetch::finish_answer(const store::Snapshot& now, std::string& text) {
    Output out(text);
    imap::FetchWriter writer(out, options_.wire, imap::FetchWriter::GoOn{});
    const auto done = write_items(now, writer, out);
    if (done == Done::literal_begun) return;
    if (done == Done::unreadable)
        ++(now.any_email(options_.account, answer_->entry.email) ? outcome_.unreadable : outcome_.gone);
    answer_.reset();
    writer.finish();
}

Fetch::Done Fetch::write_items(const store::Snapshot& now, imap::FetchWriter& writer, Output& out) {
    const auto done = write_remaining_items(now, writer, out);
    if (message_ && message_->was_parsed()) looks_left_ = 0;
    message_.reset();
    return done;
}

Fetch::Done Fetch::write_remaining_items(const store::Snapshot& now, imap::FetchWriter& writer, Output& out) {
    for (; answer_->next_item < items_.size(); ++answer_->next_item) {
        const auto& item = items_[answer_->next_item];
        if (write_entry_item(answer_->entry, item.kind, writer)) continue;
        if (!message_) {
            message_.emplace(now, *rows_, structure_, answer_->entry.email);
            looked(looks_of_row);
            if (many_sections_) message_->keep_body();
        }
        const auto before = out.size();
        const auto done = write_item(now, *message_, item, writer, out);
        if (done == Done::unreadable) out.cut(before);
        if (done == Done::whole) continue;
        ++answer_->next_item;
        return done;
    }
    return Done::whole;
}

} // namespace facteur
