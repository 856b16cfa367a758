#include "actors/indexing/cut_messages.h"

#include "actors/indexing/document.h"
#include "store/rows_codec.h"

namespace facteur {
namespace {

// More is not remembered: some thousands of letters of a page or two.
constexpr std::size_t most_octets = 8 << 20;

store::Hash key_of(const store::Hash& body, const store::StructureRow& structure) {
    auto key = store::encode(structure);
    for (const auto octet : body.bytes)
        key.push_back(static_cast<char>(octet));
    return store::hash_of(key);
}

} // namespace

CutMessages::Terms CutMessages::terms_of(const store::Snapshot& now, store::AccountId account,
                                         const store::EmailView& email) {
    store::search::Document document{account, email.id(), {}};
    const auto structure = now.structure(account, email.id());
    if (!structure) return cut(document);
    const auto key = key_of(email.body(), *structure);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    const bool is_whole = fill_document(now, email, *structure, store::search::all_fields, document);
    auto terms = cut(document);
    // Each shard has the body for itself: what is damaged here may be whole there.
    if (!is_whole || octets_ >= most_octets) return terms;
    octets_ += octets_of(*terms);
    known_.emplace(key, terms);
    return terms;
}

void CutMessages::forget() {
    known_ = {};
    octets_ = 0;
}

} // namespace facteur
