#include "store/backup/packs.h"

#include "store/bodies.h"
#include "store/keys.h"

#include <fmt/format.h>
#include <sys/mman.h>

namespace facteur::store::backup {
namespace {

constexpr std::uint64_t largest_pack = 1ull << 30;
constexpr std::size_t most_bodies = 1u << 18; // the index of a pack that is written is in memory
constexpr std::size_t hash_size = 32, entry_size = hash_size + 8, footer_size = 16;

std::string big(std::uint64_t value) {
    std::string bytes;
    append_big(bytes, value);
    return bytes;
}
std::string big(std::uint32_t value) {
    std::string bytes;
    append_big(bytes, value);
    return bytes;
}

} // namespace

// ---- writing

Result<void> PackWriter::add(const Hash& hash, MDB_txn* bodies, MDB_dbi database) {
    if (file_ && (file_->size() > largest_pack || index_.size() == most_bodies))
        if (auto done = end_file(); !done) return done;
    if (!file_) {
        auto made = FileWriter::make(folder_, fmt::format("{}-{:04}.bodies", prefix_, next_++));
        if (!made) return tl::unexpected(made.error());
        file_.emplace(std::move(*made));
        file_->write(bodies_magic);
    }
    std::uint32_t chunks = 0;
    if (!each_chunk(bodies, database, hash, [&](auto) { ++chunks; }))
        return fail(Code::corrupt, fmt::format("The body {} is damaged.", to_hex(hash)));
    index_.emplace_back(hash, file_->size());
    const auto before = file_->size();
    file_->write(bytes_of(hash));
    file_->write(big(chunks));
    each_chunk(bodies, database, hash, [&](std::string_view chunk) {
        file_->write(big(static_cast<std::uint32_t>(chunk.size())));
        file_->write(chunk);
    });
    octets_ += file_->size() - before;
    ++bodies_;
    return file_->failed() ? end_file() : Result<void>{};
}

Result<void> PackWriter::end_file() {
    const auto index = file_->size();
    for (const auto& [hash, place] : index_) {
        file_->write(bytes_of(hash));
        file_->write(big(place));
    }
    file_->write(big(index));
    file_->write(big(static_cast<std::uint64_t>(index_.size())));
    auto done = file_->finish(FileKind::bodies, shard_);
    file_.reset();
    index_.clear();
    if (!done) return tl::unexpected(done.error());
    files_.push_back(std::move(*done));
    return {};
}

Result<std::vector<BackupFile>> PackWriter::finish() {
    if (file_)
        if (auto done = end_file(); !done) return tl::unexpected(done.error());
    return std::exchange(files_, {});
}

// ---- reading

Result<Pack> Pack::open(Folder& folder, const BackupFile& file) {
    const auto opened = folder.read(file.name);
    if (!opened) return tl::unexpected(opened.error());
    if (::lseek(opened->get(), 0, SEEK_END) != static_cast<off_t>(file.size) ||
        file.size < bodies_magic.size() + footer_size)
        return damaged_file(file);
    void* const map = ::mmap(nullptr, file.size, PROT_READ, MAP_SHARED, opened->get(), 0);
    if (map == MAP_FAILED) return fail(Code::io, fmt::format("Cannot map {}.", file.name));
    Pack pack(file, {static_cast<const char*>(map), file.size});
    const auto footer = pack.bytes_.substr(file.size - footer_size);
    pack.index_ = read_big<std::uint64_t>(footer);
    pack.count_ = read_big<std::uint64_t>(footer.substr(8));
    if (!pack.bytes_.starts_with(bodies_magic) || pack.count_ == 0 || pack.count_ > file.size / entry_size ||
        pack.index_ != file.size - footer_size - pack.count_ * entry_size)
        return damaged_file(file);
    return pack;
}

Pack::Pack(Pack&& other) noexcept
    : file_(std::move(other.file_)), bytes_(std::exchange(other.bytes_, {})), index_(other.index_),
      count_(other.count_) {}
Pack::~Pack() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

std::string_view Pack::hash_at(std::uint64_t number) const {
    return bytes_.substr(index_ + number * entry_size, hash_size);
}
// A place that a damaged index makes up is beyond the bodies at most.
std::uint64_t Pack::place(std::uint64_t number) const {
    if (number == count_) return index_;
    return std::min(index_, read_big<std::uint64_t>(bytes_.substr(index_ + number * entry_size + hash_size)));
}
std::uint64_t Pack::octets(std::uint64_t number) const {
    const auto from = place(number), to = place(number + 1);
    return to > from ? to - from : 0;
}

std::uint64_t Pack::octets() const {
    return index_ - bodies_magic.size();
}

std::optional<std::uint64_t> Pack::find(const Hash& hash) const {
    const auto wanted = bytes_of(hash);
    std::uint64_t low = 0, high = count_;
    if (wanted > hash_at(count_ - 1)) return std::nullopt;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (hash_at(middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count_ && hash_at(low) == wanted ? std::optional(low) : std::nullopt;
}

bool Pack::chunks(std::uint64_t number,
                  const std::function<void(std::string_view, std::string_view)>& each) const {
    auto rest = bytes_.substr(place(number), octets(number));
    const auto hash = hash_at(number);
    if (rest.size() < hash_size + 4 || !rest.starts_with(hash)) return false;
    const auto count = read_big<std::uint32_t>(rest.substr(hash_size));
    rest.remove_prefix(hash_size + 4);
    for (std::uint32_t chunk = 0; chunk < count; ++chunk) {
        const auto size = rest.size() < 4 ? 0u : read_big<std::uint32_t>(rest);
        if (rest.size() < 4 || size > rest.size() - 4) return false;
        each(std::string(hash).append(big(chunk)), rest.substr(4, size));
        rest.remove_prefix(4 + size);
    }
    return rest.empty() && count > 0;
}

Result<Packs> Packs::open(Folder& folder, const std::vector<BackupFile>& files,
                          std::vector<std::string>& findings) {
    Packs packs;
    for (const auto& file : files)
        if (auto added = packs.add(folder, file); !added) findings.push_back(added.error().message);
    return packs;
}

Result<void> Packs::add(Folder& folder, const BackupFile& file) {
    auto pack = Pack::open(folder, file);
    if (!pack) return tl::unexpected(pack.error());
    packs_.push_back(std::move(*pack));
    return {};
}

std::optional<Found> Packs::find(const Hash& hash) const {
    // What was written last is asked for most.
    for (auto pack = packs_.rbegin(); pack != packs_.rend(); ++pack)
        if (const auto number = pack->find(hash)) return Found{&*pack, *number};
    return std::nullopt;
}

void Packs::keep_only(const std::function<bool(const Pack&)>& keep) {
    std::vector<Pack> kept;
    for (auto& pack : packs_)
        if (keep(pack)) kept.push_back(std::move(pack));
    packs_.swap(kept);
}

} // namespace facteur::store::backup
