#include "actors/mailbox/keep_upload.h"

#include <algorithm>

namespace facteur {
namespace {

// Expired uploads that one plan takes away.
constexpr std::size_t cleared_at_once = 16;

} // namespace

UploadRoom::UploadRoom(store::Draft& draft, std::uint64_t quota) : draft_(draft), quota_(quota) {
    std::size_t cleared = 0;
    draft.now().uploads(draft.account(), [&](const store::UploadRow& row) {
        if (row.expires <= draft.at()) {
            if (cleared++ < cleared_at_once) draft.add(store::UploadRemoved{row.body});
        } else if (row.type != held_type) {
            ++count_;
            octets_ += row.size;
        }
        return true;
    });
}

store::Result<void> UploadRoom::keep(store::UploadRow upload) {
    const auto& now = draft_.now();
    const auto held = now.upload(draft_.account(), upload.body);
    if (held) {
        upload.expires = std::max(upload.expires, held->expires);
    } else {
        if (count_ + 1 > most_uploads || octets_ + upload.size > most_upload_octets)
            return store::fail(store::Code::over_quota, "Too many uploads are waiting to be used.");
        if (quota_ > 0 && now.state(draft_.account()).size + upload.size > quota_)
            return store::fail(store::Code::over_quota, "The mailbox is full.");
        ++count_;
        octets_ += upload.size;
    }
    draft_.add(store::UploadPut{std::move(upload)});
    return {};
}

store::Plan plan_upload(std::shared_ptr<const StoreUpload> request) {
    return [request = std::move(request)](store::Draft& draft) -> store::Result<void> {
        UploadRoom room(draft, request->quota);
        const auto& body = request->body.body;
        return room.keep({body.hash, body.bytes->size(), request->type, request->expires});
    };
}

void hold_body(store::Draft& draft, const store::Hash& body, std::uint64_t size, store::Time expires) {
    store::UploadRow row{body, size, std::string(held_type), expires};
    if (const auto held = draft.now().upload(draft.account(), body)) {
        row.type = held->type;
        row.expires = std::max(expires, held->expires);
    }
    draft.add(store::UploadPut{std::move(row)});
}

} // namespace facteur
