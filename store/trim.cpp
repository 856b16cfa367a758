// Ends what is kept only for a time: log records and their digests.
#include "store/trim.h"

#include "store/fields_of_rows.h"
#include "store/keys.h"

#include <map>
#include <vector>

namespace facteur::store {

Result<std::size_t> trim_log(const Shard& shard, Time before, Sequence indexed, std::size_t most) {
    WriteTransaction rows(shard.rows());
    struct Old {
        Sequence sequence;
        AccountId account;
        Modseq modseq;
    };
    std::vector<Old> old;
    const auto now = shard.read(rows);
    const auto last = now.last_sequence();
    now.log(0, [&](Sequence sequence, std::string_view record) {
        const auto commit = decode_commit(record);
        if (!commit || commit->at >= before || sequence > indexed || sequence >= last || old.size() == most)
            return false;
        old.push_back({sequence, commit->account, commit->modseq});
        return true;
    });
    std::map<AccountId, AccountState> states;
    for (const auto& record : old) {
        rows.remove(db_log, make_key(record.sequence));
        auto& state = states.try_emplace(record.account, now.state(record.account)).first->second;
        // The digest of an account's last commit stays, so that its history is never without an end.
        if (record.modseq >= state.modseq) continue;
        // With those before it: one that was the last stayed behind its record.
        std::vector<std::string> digests;
        scan(rows.get(), rows.database(db_history), make_key(record.account), [&](auto key, auto) {
            if (read_big<Modseq>(key.substr(4)) > record.modseq) return false;
            digests.emplace_back(key);
            return true;
        });
        for (const auto& key : digests)
            rows.remove(db_history, key);
        state.oldest_history = record.modseq + 1;
    }
    for (const auto& [account, state] : states)
        rows.put(db_states, make_key(account), encode_row(state));
    if (auto done = rows.commit(); !done) return tl::unexpected(done.error());
    return old.size();
}

} // namespace facteur::store
