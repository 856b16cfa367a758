#include "store/pack_again.h"

#include "store/bodies.h"
#include "store/codec.h"
#include "store/journal_form.h"
#include "store/keys.h"
#include "store/packed_rows.h"
#include "store/packing.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace facteur::store {
namespace {

constexpr std::size_t shortest_packed_again = 128;
// What a dictionary is made of: a choice of the newest mail, of each message the beginning.
constexpr std::uint64_t surveyed_octets = 64u << 20, sampled_octets = 8u << 20;
constexpr std::size_t sampled_of_one = 16u << 10;
// Commits that are looked at for too little mail; those are passed over.
constexpr std::size_t surveyed_commits = 1u << 14;
// A next dictionary is made when there is so many times the mail.
constexpr std::uint64_t growth = 4;
// One transaction of bodies, which is made in some milliseconds, and one of rows: the more lie beside each
// other, the fuller are their pages.
constexpr std::uint64_t octets_at_once = 4u << 20;
constexpr std::size_t rows_at_once = 1u << 15;

constexpr std::array packed_databases{db_emails, db_structures};

struct PackingState {
    Sequence mark = 0;             // of the last commit whose mail is packed
    std::uint64_t seen = 0;        // octets of mail up to there
    std::uint64_t seen_before = 0; // when a dictionary was made last
};

std::string encode(const PackingState& state) {
    std::string value;
    Writer to(value);
    to.number(state.mark);
    to.number(state.seen);
    to.number(state.seen_before);
    append_big(value, journal_form::checksum_with(0, value));
    return value;
}
// One that is damaged begins anew.
PackingState decode_state(std::string_view value) {
    constexpr std::size_t checksum_octets = 4;
    if (value.size() < checksum_octets) return {};
    const auto fields = value.substr(0, value.size() - checksum_octets);
    if (read_big<std::uint32_t>(value.substr(fields.size())) != journal_form::checksum_with(0, fields))
        return {};
    Reader from(fields);
    const PackingState state{from.number(), from.number(), from.number()};
    return from.done() ? state : PackingState{};
}

struct Mail {
    Hash body;
    std::uint64_t size = 0; // 0: only its email row was written
    AccountId account = 0;
    EmailId email = 0;
};
std::vector<Mail> mail_of(const Commit& commit) {
    std::vector<Mail> mail;
    for (const auto& change : commit.changes)
        if (const auto* added = std::get_if<EmailAdded>(&change))
            mail.push_back({added->row.body, added->row.size, commit.account, added->row.id});
        else if (const auto* updated = std::get_if<EmailUpdated>(&change))
            mail.push_back({{}, 0, commit.account, updated->id});
    return mail;
}
bool may_be_packed(std::uint64_t size) {
    return size >= shortest_packed_again && size <= longest_with_own_dictionary;
}

class Packing {
public:
    Packing(const Shard& shard, const Options& options, const std::function<bool()>& go_on)
        : shard_(shard), options_(options), go_on_(go_on), dictionaries_(*shard.bodies().dictionaries()) {
        const auto now = shard_.read();
        auto* const bodies = now.raw().open_bodies();
        if (const auto value = get(bodies, shard_.bodies().database(db_packing), state_key()))
            state_ = decode_state(*value);
        last_ = now.last_sequence();
        // A store that was restored or made anew beside the old bodies.
        if (state_.mark > last_) state_ = {};
        written_ = state_;
    }

    PackedAgain run() {
        if (state_.mark >= last_) return result_;
        if (state_.seen >= growth * state_.seen_before && !prepare()) return result_;
        of_bodies_ = dictionaries_.newest(Dictionaries::Of::bodies);
        of_rows_ = dictionaries_.newest(Dictionaries::Of::rows);
        if (const auto* dictionary = dictionaries_.find(of_bodies_)) packer_.emplace(*dictionary);
        if (const auto* dictionary = dictionaries_.find_rows(of_rows_))
            row_packer_.emplace(*dictionary, of_rows_), record_packer_.emplace(dictionary->of_records());
        while (state_.mark < last_) {
            if (!go_on_() || !step()) {
                result_.done = false;
                break;
            }
        }
        free_what_was_left();
        return result_;
    }

private:
    // What the last transaction freed may be used again, or given back, after one more.
    void free_what_was_left() {
        if (!result_.wrote) return;
        write_bodies({});
        WriteTransaction rows(shard_.rows());
        if (const auto last = rows.get(db_log, make_key(last_)))
            rows.put(db_log, make_key(last_), std::string(*last));
        static_cast<void>(rows.commit());
    }

    static std::string state_key() { return make_key(std::uint8_t{kept_state}); }

    // Makes a dictionary when there is enough new mail; false: there is nothing to do now.
    bool prepare() {
        const auto now = shard_.read();
        std::vector<Mail> mail;
        std::uint64_t octets = 0;
        std::size_t commits = 0;
        auto end = state_.mark;
        now.log(state_.mark + 1, [&](Sequence sequence, std::string_view record) {
            end = sequence;
            if (const auto commit = decode_commit(record))
                for (const auto& of : mail_of(*commit))
                    if (may_be_packed(of.size)) octets += of.size, mail.push_back(of);
            return octets < surveyed_octets && ++commits < surveyed_commits && go_on_();
        });
        if (octets < options_.dictionary_from) {
            if (dictionaries_.newest(Dictionaries::Of::bodies) != 0) return true;
            if (commits == surveyed_commits) {
                state_.mark = end;
                written_ = state_;
                write_bodies({});
            }
            return false;
        }
        std::vector<std::string> texts, rows;
        take_samples(now, mail, octets, texts, rows);
        auto of_bodies = make_dictionary(texts, go_on_);
        auto of_rows = common_pieces(rows, largest_row_dictionary, go_on_);
        if (!go_on_()) return result_.done = false;
        // Also when nothing came of it: the next try is made with more.
        state_.seen_before = std::max<std::uint64_t>(state_.seen + octets, 1);
        add(std::move(of_bodies), std::move(of_rows));
        return true;
    }

    void take_samples(const Snapshot& now, const std::vector<Mail>& mail, std::uint64_t octets,
                      std::vector<std::string>& texts, std::vector<std::string>& rows) const {
        std::uint64_t due = 0;
        for (const auto& of : mail) {
            const auto taken = std::min<std::uint64_t>(of.size, sampled_of_one);
            due += std::min(sampled_octets, octets) * of.size / octets;
            if (due < taken) continue;
            due -= taken;
            if (!go_on_()) break;
            if (auto text = now.read_body(of.body, 0, sampled_of_one)) texts.push_back(std::move(*text));
            for (const auto database : packed_databases)
                if (const auto row = now.raw().get_row(database, make_key(of.account, of.email)))
                    rows.emplace_back(*row);
        }
    }

    void add(std::string of_bodies, std::string of_rows) {
        WriteTransaction bodies(shard_.bodies());
        const auto number = Dictionaries::put(bodies, Dictionaries::Of::bodies, of_bodies);
        const auto row_number = Dictionaries::put(bodies, Dictionaries::Of::rows, of_rows);
        written_ = state_;
        bodies.put(db_packing, state_key(), encode(written_));
        if (!bodies.commit()) return;
        result_.wrote = true;
        dictionaries_.add(Dictionaries::Of::bodies, number, std::move(of_bodies));
        dictionaries_.add(Dictionaries::Of::rows, row_number, std::move(of_rows));
    }

    struct Again {
        Hash body;
        std::string packed;
    };
    // By database and key.
    using Rows = std::map<std::pair<Database, std::string>, std::string>;

    // Some commits more; false: it was disturbed or could not be written.
    bool step() {
        const auto now = shard_.read();
        const auto before = state_.mark;
        std::vector<Again> bodies;
        std::uint64_t octets = 0;
        bool goes_on = true;
        now.log(state_.mark + 1, [&](Sequence sequence, std::string_view record) {
            const auto commit = decode_commit(record);
            const auto mail = commit ? mail_of(*commit) : std::vector<Mail>();
            for (const auto& of : mail) {
                if (!(goes_on = go_on_())) return false;
                octets += of.size;
                if (packer_ && may_be_packed(of.size))
                    if (auto packed = pack(now, of.body)) bodies.push_back({of.body, std::move(*packed)});
                if (row_packer_) pack_rows(now, of);
            }
            if (commit && record_packer_) pack_own_record(now, sequence, record);
            state_.mark = sequence;
            return octets < octets_at_once && rows_.size() < rows_at_once;
        });
        state_.seen += octets;
        if (goes_on && state_.mark == before) state_.mark = last_; // the log cannot be read
        const bool is_last = !goes_on || state_.mark >= last_;
        if (is_last || rows_.size() >= rows_at_once) {
            if (!write_rows(now, is_last)) return false;
            written_ = state_;
        }
        return write_bodies(bodies) && goes_on;
    }

    // Nothing: it is packed, or would not take less.
    std::optional<std::string> pack(const Snapshot& now, const Hash& body) const {
        const auto stored = stored_body(now.raw().open_bodies(), now.raw().bodies_database(), body);
        if (!stored || stored->chunks > 1 || stored->dictionary == of_bodies_) return std::nullopt;
        const auto text = now.read_body(body);
        if (!text) return std::nullopt; // `check` names it
        auto packed = packer_->pack(*text);
        if (packed.empty() || packed.size() > stored->octets - stored->octets / 16) return std::nullopt;
        return packed;
    }
    void pack_rows(const Snapshot& now, const Mail& mail) {
        for (const auto database : packed_databases) {
            auto key = make_key(mail.account, mail.email);
            const auto stored = now.raw().get(database, key);
            if (!stored || is_packed_row(*stored)) continue;
            auto packed = row_packer_->pack(*stored);
            if (!packed.empty() && packed.size() <= stored->size() - stored->size() / 16)
                rows_.insert_or_assign({database, std::move(key)}, std::move(packed));
        }
    }

    void pack_own_record(const Snapshot& now, Sequence sequence, std::string_view record) {
        auto key = make_key(sequence);
        const auto stored = now.raw().get(db_log, key);
        if (!stored || is_packed_with_own(*stored)) return;
        auto packed = pack_record(record, of_rows_, *record_packer_);
        if (!packed.empty() && packed.size() <= stored->size() - stored->size() / 16)
            rows_.insert_or_assign({db_log, std::move(key)}, std::move(packed));
    }

    // Rows that lie beside each other are taken away together and put in their order. LMDB joins the pages
    // that they leave, and fills the last before it begins another; but before a row that stays it would
    // leave each page half full. So all but the last time the end of what is written is that of a leaf.
    bool write_rows(const Snapshot& now, bool is_last) {
        Rows later;
        if (!is_last)
            for (const auto database : {db_emails, db_structures, db_log})
                leave_last_leaf(now, database, later);
        if (!rows_.empty()) {
            WriteTransaction rows(shard_.rows());
            for (const auto& [at, row] : rows_)
                rows.remove(at.first, at.second);
            for (const auto& [at, row] : rows_)
                rows.append(at.first, at.second, row);
            if (!rows.commit()) return false;
            result_.wrote = true;
        }
        rows_ = std::move(later);
        return true;
    }
    // Unless that leaf has no other row behind them.
    void leave_last_leaf(const Snapshot& now, Database database, Rows& later) {
        Cursor cursor(now.raw().rows, now.raw().database(database));
        const auto leaf = [&] {
            return reinterpret_cast<std::uintptr_t>(cursor.key().data()) / shard_.rows().page_size();
        };
        std::optional<std::uintptr_t> last;
        for (auto end = rows_.end(); end != rows_.begin();) {
            const auto row = std::prev(end);
            if (row->first.first != database) {
                --end;
                continue;
            }
            if (!cursor.seek(row->first.second) || cursor.key() != row->first.second) return;
            const auto of_row = leaf();
            if (!last && (!cursor.next() || leaf() != of_row)) return;
            if (of_row != last.value_or(of_row)) return;
            last = of_row;
            later.insert(rows_.extract(row));
        }
    }
    bool write_bodies(const std::vector<Again>& again) {
        WriteTransaction bodies(shard_.bodies());
        {
            BodyWriter writer(bodies);
            for (const auto& of : again)
                writer.put_packed(of.body, of_bodies_, of.packed);
        }
        bodies.put(db_packing, state_key(), encode(written_));
        if (!bodies.commit()) return false;
        return result_.wrote = true;
    }

    const Shard& shard_;
    const Options& options_;
    const std::function<bool()>& go_on_;
    Dictionaries& dictionaries_;
    PackingState state_, written_; // the latter of which the rows are written too
    Sequence last_ = 0;
    Dictionaries::Number of_bodies_ = 0, of_rows_ = 0;
    std::optional<DictionaryPacker> packer_;
    std::optional<RowPacker> row_packer_;
    std::optional<DictionaryPacker> record_packer_;
    Rows rows_; // packed, and not yet written
    PackedAgain result_;
};

} // namespace

PackedAgain pack_again(const Shard& shard, const Options& options, const std::function<bool()>& go_on) {
    if (shard.fault() || shard.bodies().dictionaries() == nullptr) return {};
    return Packing(shard, options, go_on).run();
}

} // namespace facteur::store
