#include "actors/session/jmap/blobs.h"

#include "actors/accounts/quota.h"
#include "actors/clock.h"
#include "actors/mailbox/keep_upload.h"
#include "actors/mailbox/mailbox_actor.h"
#include "transport/mime/decode.h"

#include <algorithm>

namespace facteur {
namespace {

// An encoded part is decoded in pieces of this size, so that it is in memory once, not twice.
constexpr std::uint64_t decoded_piece = 1u << 20;

tl::unexpected<store::Error> no_blob() {
    return store::fail(store::Code::not_found, "There is no such blob.");
}

bool is_encoded(std::uint8_t encoding) {
    const auto known = static_cast<mime::Encoding>(encoding);
    return known == mime::Encoding::base64 || known == mime::Encoding::quoted_printable;
}

store::Result<std::string> decode(const store::Snapshot& now, const store::Hash& body,
                                  const BlobId::Part& part) {
    mime::TransferDecoder decoder(static_cast<mime::Encoding>(part.encoding));
    std::string decoded;
    for (std::uint64_t at = 0; at < part.size; at += decoded_piece) {
        auto encoded = now.read_body(body, part.offset + at, std::min(decoded_piece, part.size - at));
        if (!encoded) return tl::unexpected(encoded.error());
        decoder.feed(*encoded, decoded);
    }
    decoder.finish(decoded);
    return decoded;
}

} // namespace

store::Result<Blob> Blob::open(const store::Snapshot& now, store::AccountId account, std::string_view id) {
    const auto wanted = read_blob_id(id);
    if (!wanted || !now.may_read(account, wanted->body)) return no_blob();
    const auto size = now.body_size(wanted->body);
    if (!size) return no_blob();
    Blob blob;
    blob.id_ = *wanted;
    blob.tag_ = id;
    blob.size_ = *size;
    if (!wanted->part) return blob;
    const auto& part = *wanted->part;
    if (part.offset > *size || part.size > *size - part.offset ||
        part.encoding > static_cast<std::uint8_t>(mime::Encoding::unknown))
        return no_blob();
    blob.size_ = part.size;
    if (!is_encoded(part.encoding)) return blob;
    auto decoded = decode(now, wanted->body, part);
    if (!decoded) return tl::unexpected(decoded.error());
    blob.size_ = decoded->size();
    blob.decoded_ = std::make_shared<const std::string>(std::move(*decoded));
    return blob;
}

store::Result<std::string> Blob::read(const store::Snapshot& now, std::uint64_t offset,
                                      std::uint64_t size) const {
    if (offset >= size_) return std::string{};
    size = std::min(size, size_ - offset);
    if (decoded_) return decoded_->substr(offset, size);
    return now.read_body(id_.body, offset + (id_.part ? id_.part->offset : 0), size);
}

void store_upload(caf::event_based_actor* self, const Services& services, const store::AccountRow& user,
                  std::shared_ptr<const std::string> bytes, std::string type,
                  std::function<void(store::Result<Uploaded>)> done) {
    StoreUpload upload;
    upload.account = user.id;
    // Hashed and packed here, on the session's time.
    upload.body.body = store::make_body(std::move(bytes), services.store.options().pack_level);
    upload.type = type;
    upload.at = seconds_now();
    upload.expires = upload.at + upload_kept_for;
    upload.quota = quota_of(user, services.config);
    Uploaded uploaded{blob_id(upload.body.body.hash), std::move(type), upload.body.body.bytes->size()};
    self->request(services.mailboxes.of(user.id), caf::infinite, std::move(upload))
        .then([uploaded = std::move(uploaded), done](const UploadStored&) { done(uploaded); },
              [done](const caf::error& error) { done(tl::unexpected(to_store(error))); });
}

} // namespace facteur
