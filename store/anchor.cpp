// The file: version, the meta page (transaction, octets, size of the file), then a checksum of all that.
#include "store/anchor.h"

#include "store/checkpoint.h"
#include "store/codec.h"
#include "store/files.h"
#include "store/journal_form.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

namespace facteur::store {
namespace {

constexpr std::uint8_t anchor_version = 1;
constexpr std::size_t anchor_checksum = 4;
constexpr const char* anchor_name = "/checkpoint";
constexpr const char* pages_name = "/data.mdb";

std::string encode_anchor(const MetaPage& meta) {
    std::string bytes;
    Writer to(bytes);
    to.byte(anchor_version);
    to.number(meta.transaction);
    to.string(meta.bytes);
    to.number(meta.file_size);
    append_big(bytes, journal_form::checksum_with(0, bytes));
    return bytes;
}

std::optional<MetaPage> decode_anchor(std::string_view bytes) {
    if (bytes.size() < anchor_checksum) return std::nullopt;
    const auto fields = bytes.substr(0, bytes.size() - anchor_checksum);
    if (read_big<std::uint32_t>(bytes.substr(fields.size())) != journal_form::checksum_with(0, fields))
        return std::nullopt;
    Reader from(fields);
    MetaPage meta;
    if (from.byte() != anchor_version) return std::nullopt;
    meta.transaction = from.number();
    meta.bytes = from.string();
    meta.file_size = from.number();
    if (!from.done() || !is_meta_page(meta.bytes, meta.transaction)) return std::nullopt;
    return meta;
}

// The folder may have been removed, and another environment be in its place.
bool is_still_there(const Environment& environment) {
    mdb_filehandle_t file{};
    struct stat mine {};
    struct stat named {};
    return mdb_env_get_fd(environment.get(), &file) == 0 && ::fstat(file, &mine) == 0 &&
           ::stat((folder_of(environment) + pages_name).c_str(), &named) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

std::size_t last_page_of(const Environment& environment) {
    MDB_envinfo info{};
    mdb_env_info(environment.get(), &info);
    return info.me_last_pgno;
}

Result<void> sync_pages(const Environment& environment) {
    // 1: although LMDB was told not to sync.
    if (const int code = mdb_env_sync(environment.get(), 1); code != 0)
        return fail(Code::io, fmt::format("Cannot sync {}: {}.", folder_of(environment), mdb_strerror(code)));
    return {};
}

} // namespace

Result<void> Anchor::go_back(const std::string& path) {
    const int file = ::open((path + anchor_name).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) return {};
    constexpr std::size_t most = 1u << 17;
    const auto bytes = read_at(file, 0, most);
    if (file >= 0) ::close(file);
    const auto meta = bytes ? decode_anchor(*bytes) : std::nullopt;
    std::error_code error;
    const auto size = std::filesystem::file_size(path + pages_name, error);
    if (!meta || error || size < meta->file_size || !put_back(path + pages_name, *meta))
        return fail(Code::corrupt, fmt::format("{} was not closed, and its last state is damaged.", path));
    return {};
}

Anchor::~Anchor() {
    if (kept_ == nullptr) return;
    mdb_txn_abort(kept_);
    if (!is_still_there(environment_) || !sync_pages(environment_)) return;
    const auto folder = folder_of(environment_);
    ::unlink((folder + anchor_name).c_str());
    // Else it might be found again when its pages are not there any more.
    static_cast<void>(sync_folder(folder));
}

Result<void> Anchor::hold() {
    if (kept_ != nullptr) return {};
    if (auto settled = settle(); !settled) return settled;
    mdb_env_set_flags(environment_.get(), MDB_NOSYNC, 1);
    return {};
}

Result<void> Anchor::settle() {
    MDB_txn* now = nullptr;
    if (const int code = mdb_txn_begin(environment_.get(), nullptr, MDB_RDONLY, &now); code != 0)
        return tl::unexpected(lmdb_error(code, "Keeping a state"));
    auto settled = [&]() -> Result<void> {
        const auto meta = read_meta_page(environment_, mdb_txn_id(now));
        if (!meta) return tl::unexpected(meta.error());
        if (auto synced = sync_pages(environment_); !synced) return synced;
        return replace_file(folder_of(environment_) + anchor_name, encode_anchor(*meta));
    }();
    if (!settled) {
        mdb_txn_abort(now);
        return settled;
    }
    if (kept_ != nullptr) mdb_txn_abort(kept_);
    kept_ = now;
    last_page_ = last_page_of(environment_);
    return {};
}

bool Anchor::is_settled() const {
    MDB_envinfo info{};
    mdb_env_info(environment_.get(), &info);
    return kept_ == nullptr || info.me_last_txnid == mdb_txn_id(kept_);
}

std::uint64_t Anchor::growth() const {
    return kept_ == nullptr ? 0 : (last_page_of(environment_) - last_page_) * environment_.page_size();
}

} // namespace facteur::store
