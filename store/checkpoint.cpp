// The file: version, sequence, both meta pages (transaction, octets, size of the file), then a checksum of
// all that. Version 1 did not have the sizes.
#include "store/checkpoint.h"

#include "store/codec.h"
#include "store/files.h"
#include "store/journal_form.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <utility>

namespace facteur::store {
namespace {

constexpr std::uint8_t version = 2;
constexpr std::size_t checksum_size = 4;

// ---- meta pages, as LMDB 0.9 writes them (its file format is version 1)

constexpr std::uint32_t lmdb_magic = 0xBEEFC0DE;
constexpr std::uint32_t lmdb_format = 1;
constexpr std::uint16_t lmdb_meta_flag = 0x08;
constexpr std::size_t number_at = 0, flags_at = 10; // in the page's header
constexpr std::size_t head = 16;                    // of the page; then magic, format, …
constexpr std::size_t page_size_at = head + 24;     // of the first database, which is that of free pages
constexpr std::size_t transaction_at =
    head + 128; // after magic, format, address, map size, two databases, last page
constexpr std::size_t meta_size = transaction_at + 8;

template <typename Integer>
Integer number_in(std::string_view bytes, std::size_t at) {
    Integer value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}
template <typename Integer>
void put_number(std::string& bytes, std::size_t at, Integer value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::string checkpoint_path(const std::string& folder) {
    return folder + "/checkpoint";
}

// ---- the file

struct Written {
    Sequence sequence = 0;
    MetaPage rows, bodies;
};

std::string encode(const Written& of) {
    std::string bytes;
    Writer to(bytes);
    to.byte(version);
    to.number(of.sequence);
    for (const auto* meta : {&of.rows, &of.bodies}) {
        to.number(meta->transaction);
        to.string(meta->bytes);
        to.number(meta->file_size);
    }
    append_big(bytes, journal_form::checksum_with(0, bytes));
    return bytes;
}

std::optional<Written> decode(std::string_view bytes) {
    if (bytes.size() < checksum_size) return std::nullopt;
    const auto fields = bytes.substr(0, bytes.size() - checksum_size);
    if (read_big<std::uint32_t>(bytes.substr(fields.size())) != journal_form::checksum_with(0, fields))
        return std::nullopt;
    Reader from(fields);
    const auto form = from.byte();
    if (form < 1 || form > version) return std::nullopt;
    Written of;
    of.sequence = from.number();
    for (auto* meta : {&of.rows, &of.bodies}) {
        meta->transaction = from.number();
        meta->bytes = from.string();
        if (form > 1) meta->file_size = from.number();
        if (!is_meta_page(meta->bytes, meta->transaction)) return std::nullopt;
    }
    return from.done() ? std::optional(of) : std::nullopt;
}

std::optional<Written> read_checkpoint(const std::string& folder) {
    const int file = ::open(checkpoint_path(folder).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    constexpr std::size_t most = 1u << 18;
    const auto bytes = read_at(file, 0, most);
    ::close(file);
    return bytes ? decode(*bytes) : std::nullopt;
}

} // namespace

std::string folder_of(const Environment& environment) {
    const char* path = nullptr;
    mdb_env_get_path(environment.get(), &path);
    return path;
}

bool is_meta_page(std::string_view bytes, std::uint64_t transaction) {
    return transaction > 0 && bytes.size() >= meta_size &&
           number_in<std::uint64_t>(bytes, number_at) == (transaction & 1) &&
           (number_in<std::uint16_t>(bytes, flags_at) & lmdb_meta_flag) != 0 &&
           number_in<std::uint32_t>(bytes, head) == lmdb_magic &&
           number_in<std::uint32_t>(bytes, head + 4) == lmdb_format &&
           number_in<std::uint32_t>(bytes, page_size_at) == bytes.size() &&
           number_in<std::uint64_t>(bytes, transaction_at) == transaction;
}

Result<MetaPage> read_meta_page(const Environment& environment, std::uint64_t transaction) {
    mdb_filehandle_t file{};
    MDB_stat stat{};
    mdb_env_get_fd(environment.get(), &file);
    mdb_env_stat(environment.get(), &stat);
    auto bytes = read_at(file, (transaction & 1) * stat.ms_psize, stat.ms_psize);
    if (!bytes) return tl::unexpected(bytes.error());
    if (!is_meta_page(*bytes, transaction))
        return fail(Code::corrupt, fmt::format("{} has no meta page of transaction {} in the form that this "
                                               "program knows.",
                                               folder_of(environment), transaction));
    struct stat found {};
    if (::fstat(file, &found) != 0)
        return fail(Code::io, fmt::format("Cannot look at {}.", folder_of(environment)));
    return MetaPage{transaction, std::move(*bytes), static_cast<std::uint64_t>(found.st_size)};
}

// In the place of the transaction as it is; in the other one as an older one, which LMDB then passes over.
Result<void> put_back(const std::string& file, const MetaPage& meta) {
    const int number = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (number < 0) return failed_on(file, "open");
    auto older = meta.bytes;
    const auto place = meta.transaction & 1;
    put_number(older, number_at, static_cast<std::uint64_t>(1 - place));
    put_number(older, transaction_at, meta.transaction - 1);
    const bool written = write_at(number, meta.bytes, place * meta.bytes.size()) &&
                         write_at(number, older, (1 - place) * meta.bytes.size());
    const auto outcome = written ? Result<void>{} : failed_on(file, "write");
    ::close(number);
    return outcome;
}

Result<Moment> Moment::now(const Shard& shard) {
    Moment moment;
    const auto keep = [](const Environment& environment, MDB_txn*& transaction) -> Result<MetaPage> {
        if (const int code = mdb_txn_begin(environment.get(), nullptr, MDB_RDONLY, &transaction); code != 0)
            return tl::unexpected(lmdb_error(code, "Making a checkpoint"));
        return read_meta_page(environment, mdb_txn_id(transaction));
    };
    auto rows = keep(shard.rows(), moment.keeps_rows_);
    if (!rows) return tl::unexpected(rows.error());
    auto bodies = keep(shard.bodies(), moment.keeps_bodies_);
    if (!bodies) return tl::unexpected(bodies.error());
    moment.rows_ = std::move(*rows);
    moment.bodies_ = std::move(*bodies);
    moment.sequence_ = shard.read().last_sequence();
    return moment;
}

Moment::Moment(Moment&& other) noexcept
    : sequence_(other.sequence_), rows_(std::move(other.rows_)), bodies_(std::move(other.bodies_)),
      keeps_rows_(std::exchange(other.keeps_rows_, nullptr)),
      keeps_bodies_(std::exchange(other.keeps_bodies_, nullptr)) {}
Moment& Moment::operator=(Moment&& other) noexcept {
    if (this == &other) return *this;
    let_go();
    sequence_ = other.sequence_;
    rows_ = std::move(other.rows_);
    bodies_ = std::move(other.bodies_);
    keeps_rows_ = std::exchange(other.keeps_rows_, nullptr);
    keeps_bodies_ = std::exchange(other.keeps_bodies_, nullptr);
    return *this;
}
Moment::~Moment() {
    let_go();
}
void Moment::let_go() {
    if (keeps_rows_ != nullptr) mdb_txn_abort(keeps_rows_);
    if (keeps_bodies_ != nullptr) mdb_txn_abort(keeps_bodies_);
}

bool Moment::is_past(const Shard& shard) const {
    const auto newest = [](const Environment& environment) {
        MDB_envinfo info{};
        mdb_env_info(environment.get(), &info);
        return info.me_last_txnid;
    };
    return newest(shard.rows()) != rows_.transaction || newest(shard.bodies()) != bodies_.transaction;
}

Result<void> Moment::sync(const Shard& shard) const {
    for (const auto* environment : {&shard.rows(), &shard.bodies()}) {
        // 1: although LMDB was told not to sync.
        if (const int code = mdb_env_sync(environment->get(), 1); code != 0)
            return fail(Code::io,
                        fmt::format("Cannot sync {}: {}.", folder_of(*environment), mdb_strerror(code)));
    }
    return {};
}

Result<void> Moment::write_down(const Shard& shard) const {
    return replace_file(checkpoint_path(shard.path()), encode({sequence_, rows_, bodies_}));
}

bool Moment::is_settled(const Shard& shard) const {
    const auto written = read_checkpoint(shard.path());
    return written && written->rows.bytes == rows_.bytes && written->bodies.bytes == bodies_.bytes;
}

Result<void> verify_sizes(const std::string& path) {
    const auto written = read_checkpoint(path);
    if (!written) return {}; // a new shard, or one of an older Facteur
    const std::pair<const char*, std::uint64_t> files[] = {{"/rows/data.mdb", written->rows.file_size},
                                                           {"/bodies/data.mdb", written->bodies.file_size}};
    for (const auto& [name, wanted] : files) {
        std::error_code error;
        const auto size = std::filesystem::file_size(path + name, error);
        if (error || size < wanted)
            return fail(Code::corrupt, fmt::format("{}{} has {} octets and had {}: restore a backup.", path,
                                                   name, error ? 0 : size, wanted));
    }
    return {};
}

Result<Sequence> go_back(const std::string& path) {
    const auto written = read_checkpoint(path);
    if (!written)
        return fail(Code::corrupt,
                    fmt::format("The store was not closed, and {} is missing or damaged: restore a backup.",
                                checkpoint_path(path)));
    if (auto put = put_back(path + "/rows/data.mdb", written->rows); !put) return tl::unexpected(put.error());
    if (auto put = put_back(path + "/bodies/data.mdb", written->bodies); !put)
        return tl::unexpected(put.error());
    return written->sequence;
}

} // namespace facteur::store
