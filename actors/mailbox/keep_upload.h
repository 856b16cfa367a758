// The plans that keep bodies as uploads of an account, within its bounds.
#pragma once

#include "actors/messages.h"
#include "store/store.h"

#include <memory>

namespace facteur {

// An upload is kept this long at least (RFC 8620 §6.1 asks for an hour).
inline constexpr store::Time upload_kept_for = 24 * 3600;
// What the uploads of one account may be at any time; more is refused with Code::over_quota until some expire
// or are imported as emails.
inline constexpr std::size_t most_uploads = 1000;
inline constexpr std::uint64_t most_upload_octets = 2'000'000'000;
// The type of bodies that are held for the queue: no upload's, so that they are not counted as such.
inline constexpr std::string_view held_type = "queue";

// Counts an account's uploads once for a plan, and takes some that have expired away.
class UploadRoom {
public:
    UploadRoom(store::Draft& draft, std::uint64_t quota);

    // Adds the upload to the draft, or gives it more time when it is there already.
    store::Result<void> keep(store::UploadRow upload);

private:
    store::Draft& draft_;
    std::uint64_t quota_; // octets of the account's emails; 0: none
    std::size_t count_ = 0;
    std::uint64_t octets_ = 0;
};

store::Plan plan_upload(std::shared_ptr<const StoreUpload> request);

// Keeps a body that the queue will need until `expires`, whatever becomes of the email that has it.
void hold_body(store::Draft& draft, const store::Hash& body, std::uint64_t size, store::Time expires);

} // namespace facteur
