// Blob/get (RFC 9404 §4.2).
#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/read_methods.h"
#include "transport/base/base64.h"
#include "transport/mime/decode.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

namespace facteur {
namespace {

constexpr std::uint64_t digest_piece = 1u << 20; // read at once for a digest

struct WantedBlob {
    bool text = false, base64 = false, either = false, size = false, sha = false, sha256 = false;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
    [[nodiscard]] bool data() const { return text || base64 || either; }
};

WantedBlob read_wanted(jmap::Arguments& a, const jmap::GetArguments& get) {
    WantedBlob wanted;
    wanted.offset = a.number("offset").value_or(0);
    wanted.length = a.number("length");
    if (!get.properties) {
        wanted.either = wanted.size = true;
        return wanted;
    }
    jmap::check_properties(a, get,
                           {"data:asText", "data:asBase64", "data", "size", "digest:sha", "digest:sha-256"});
    wanted.text = get.wants("data:asText");
    wanted.base64 = get.wants("data:asBase64");
    wanted.either = get.wants("data");
    wanted.size = get.wants("size");
    wanted.sha = get.wants("digest:sha");
    wanted.sha256 = get.wants("digest:sha-256");
    return wanted;
}

store::Result<std::string> digest(const store::Snapshot& now, const Blob& blob, std::uint64_t from,
                                  std::uint64_t size, const EVP_MD* algorithm) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), algorithm, nullptr);
    for (std::uint64_t at = 0; at < size; at += digest_piece) {
        const auto bytes = blob.read(now, from + at, std::min(digest_piece, size - at));
        if (!bytes) return bytes;
        EVP_DigestUpdate(context.get(), bytes->data(), bytes->size());
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context.get(), value.data(), &length);
    return encode_base64({reinterpret_cast<const char*>(value.data()), length});
}

void write_data(const WantedBlob& wanted, const std::string& bytes, jmap::Writer& out) {
    const bool is_text = (wanted.text || wanted.either) && mime::is_valid_utf8(bytes);
    if ((wanted.text || wanted.either) && !is_text) out.member("isEncodingProblem", true);
    if (is_text)
        out.member("data:asText", bytes);
    else if (wanted.text)
        out.key("data:asText").null();
    if (wanted.base64 || (wanted.either && !is_text)) out.member("data:asBase64", encode_base64(bytes));
}

store::Result<void> write(const store::Snapshot& now, std::string_view id, const Blob& blob,
                          const WantedBlob& wanted, jmap::Writer& out) {
    const auto from = std::min(wanted.offset, blob.size());
    const auto size = std::min(wanted.length.value_or(blob.size() - from), blob.size() - from);
    out.begin_object().member("id", id);
    if (wanted.offset > blob.size() || (wanted.length && *wanted.length > size))
        out.member("isTruncated", true);
    if (wanted.data()) {
        const auto bytes = blob.read(now, from, size);
        if (!bytes) return tl::unexpected(bytes.error());
        write_data(wanted, *bytes, out);
    }
    for (const auto& [is_wanted, name, algorithm] :
         {std::tuple(wanted.sha, "digest:sha", EVP_sha1()),
          std::tuple(wanted.sha256, "digest:sha-256", EVP_sha256())}) {
        if (!is_wanted) continue;
        const auto value = digest(now, blob, from, size, algorithm);
        if (!value) return tl::unexpected(value.error());
        out.member(name, *value);
    }
    if (wanted.size) out.member("size", blob.size());
    out.end_object();
    return {};
}

} // namespace

jmap::MethodResult blob_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, limits);
    const auto wanted = read_wanted(a, get);
    if (!get.ids) a.refuse({"invalidArguments", "\"ids\" must name the blobs."});
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto now = context.services.store.read(context.user.id);
    GetAnswer answer(get.account, {}, out);
    for (const auto id : *get.ids) {
        const auto blob = Blob::open(now, context.user.id, id);
        if (!blob) {
            answer.not_found(id);
            continue;
        }
        const auto octets = std::min(wanted.length.value_or(blob->size()), blob->size());
        if (wanted.data() && out.out().size() + octets > limits.max_response)
            return jmap::method_error("requestTooLarge", "The answer would be too long: ask for less.");
        if (auto written = write(now, id, *blob, wanted, out); !written)
            return jmap::method_error("serverFail", written.error().message);
    }
    answer.end();
    return {};
}

} // namespace facteur
