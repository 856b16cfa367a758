// Blobs (RFC 8620 §6): reading them as their owner, and storing uploads.
#pragma once

#include "actors/services.h"
#include "actors/session/jmap/ids.h"
#include "store/snapshot.h"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace facteur {

// A blob that the account may read. Any thread; views nothing. The size of an encoded part is that of its
// decoded bytes, so opening one may decode it once.
class Blob {
public:
    // Fails with Code::not_found when there is none or it is not the account's.
    static store::Result<Blob> open(const store::Snapshot& now, store::AccountId account,
                                    std::string_view id);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] const std::string& tag() const { return tag_; } // for an ETag: the same blob, the same tag
    // Octets [offset, offset + size), fewer at the end. Bodies that are not encoded are read in pieces; of an
    // encoded part the decoded bytes are held.
    [[nodiscard]] store::Result<std::string> read(const store::Snapshot& now, std::uint64_t offset,
                                                  std::uint64_t size) const;

private:
    BlobId id_;
    std::uint64_t size_ = 0;
    std::string tag_;
    std::shared_ptr<const std::string> decoded_;
};

struct Uploaded {
    std::string blob_id;
    std::string type;
    std::uint64_t size = 0;
};
// Keeps the bytes as an upload of the account for a day at least; `done` is called once in `self`, after the
// commit. Fails with Code::busy, Code::over_quota or Code::full.
void store_upload(caf::event_based_actor* self, const Services& services, const store::AccountRow& user,
                  std::shared_ptr<const std::string> bytes, std::string type,
                  std::function<void(store::Result<Uploaded>)> done);

} // namespace facteur
