#include "store/layout.h"

#include "store/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <bit>
#include <filesystem>
#include <fstream>

namespace facteur::store {
namespace {

constexpr std::uint32_t most_shards = 1024;

Result<Schema> read_schema(const std::string& path, std::ifstream& in, const Options& options) {
    Schema found;
    std::uint32_t shards = 0;
    if (!(in >> found.version >> shards) || found.version < 1)
        return fail(Code::corrupt, fmt::format("The file {} is damaged: put it back from a backup.", path));
    if (found.version > newest_schema)
        return fail(
            Code::newer_schema,
            fmt::format("The store {} was written by a newer Facteur (schema {}, this program knows {}): "
                        "start the newer program, or restore a backup.",
                        options.path, found.version, newest_schema));
    if (shards == 0 || shards > most_shards || !std::has_single_bit(shards))
        return fail(Code::corrupt, fmt::format("The file {} is damaged: put it back from a backup.", path));
    found.shards = static_cast<std::uint16_t>(shards);
    return found;
}

} // namespace

Result<void> write_schema(const std::string& store, const Schema& made) {
    return replace_file(store + "/schema", fmt::format("{} {}\n", made.version, made.shards));
}

std::string unfinished_restore(const std::string& store) {
    return store + "/restoring";
}

Result<Schema> read_or_make_schema(const Options& options) {
    if (std::filesystem::exists(unfinished_restore(options.path)))
        return fail(Code::corrupt,
                    fmt::format("The restore into {} was not finished: repeat it.", options.path));
    const auto path = options.path + "/schema";
    if (std::ifstream in(path); in) return read_schema(path, in, options);
    // Accounts are spread by the number of shards: it must not be guessed for a store that has some.
    if (std::filesystem::exists(options.path + "/shard-000"))
        return fail(Code::corrupt, fmt::format("The file {} is missing: put it back from a backup.", path));
    if (!options.create) return fail(Code::not_found, fmt::format("There is no store in {}.", options.path));
    if (options.shards == 0 || options.shards > most_shards || !std::has_single_bit(options.shards))
        return fail(Code::invalid, "The number of shards is a power of two, at most 1024.");
    const Schema made{newest_schema, options.shards};
    if (auto written = write_schema(options.path, made); !written) return tl::unexpected(written.error());
    return made;
}

Result<FolderLock> FolderLock::take(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file < 0) return fail(Code::io, fmt::format("Cannot open {}.", path));
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        std::string holder(32, '\0');
        const auto size = ::pread(file, holder.data(), holder.size(), 0);
        holder.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        ::close(file);
        return fail(Code::busy, fmt::format("The store is open in another program (process {}).", holder));
    }
    const auto pid = std::to_string(::getpid());
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, pid.data(), pid.size(), 0) < 0) {
        ::close(file);
        return fail(Code::io, fmt::format("Cannot write {}.", path));
    }
    return FolderLock(file);
}

FolderLock::~FolderLock() {
    if (file_ >= 0) ::close(file_);
}

} // namespace facteur::store
