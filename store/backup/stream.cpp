#include "store/backup/stream.h"

#include "store/codec.h"
#include "store/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace facteur::store::backup {
namespace {

constexpr std::size_t buffered = 1u << 20;
constexpr std::string_view temporary = ".new";

} // namespace

RunningHash::RunningHash() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}
void RunningHash::add(std::string_view bytes) {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}
Hash RunningHash::finish() {
    Hash hash;
    EVP_DigestFinal_ex(context_.get(), hash.bytes.data(), nullptr);
    return hash;
}

tl::unexpected<Error> damaged_file(const BackupFile& file) {
    return fail(Code::corrupt, fmt::format("The backup's file {} is damaged.", file.name));
}

Result<std::string> read_whole(Folder& folder, const std::string& name, std::uint64_t largest) {
    const auto file = folder.read(name);
    if (!file) return tl::unexpected(file.error());
    const auto size = ::lseek(file->get(), 0, SEEK_END);
    if (size < 0) return failed_on(name, "read");
    if (static_cast<std::uint64_t>(size) > largest)
        return fail(Code::corrupt, fmt::format("The backup's file {} is damaged.", name));
    auto bytes = read_at(file->get(), 0, static_cast<std::size_t>(size));
    if (!bytes)
        return fail(bytes.error().code, fmt::format("Cannot read {}: {}.", name, bytes.error().message));
    return bytes;
}

// ---- writing

Result<FileWriter> FileWriter::make(Folder& folder, std::string name) {
    auto file = folder.make(name + std::string(temporary));
    if (!file) return tl::unexpected(file.error());
    return FileWriter(folder, std::move(name), std::move(*file));
}

void FileWriter::write(std::string_view bytes) {
    if (failed()) return;
    buffer_.append(bytes);
    if (buffer_.size() >= buffered) flush();
    size_ += bytes.size();
}
void FileWriter::number(std::uint64_t value) {
    std::string bytes;
    Writer(bytes).number(value);
    write(bytes);
}
void FileWriter::string(std::string_view bytes) {
    number(bytes.size());
    write(bytes);
}

void FileWriter::flush() {
    hash_.add(buffer_);
    for (std::string_view rest = buffer_; !rest.empty();) {
        const auto written = ::write(file_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            outcome_ = failed_on(name_, "write");
            return;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

Result<BackupFile> FileWriter::finish(FileKind kind, ShardId shard) {
    if (outcome_) flush();
    if (outcome_ && ::fdatasync(file_.get()) != 0) outcome_ = failed_on(name_, "sync");
    if (outcome_) outcome_ = folder_->rename(name_ + std::string(temporary), name_);
    if (!outcome_) return tl::unexpected(outcome_.error());
    return BackupFile{kind, shard, name_, size_, hash_.finish(), {}};
}

// ---- reading

Result<FileReader> FileReader::open(Folder& folder, const BackupFile& of) {
    auto file = folder.read(of.name);
    if (!file) return tl::unexpected(file.error());
    return FileReader(of, std::move(*file));
}

// Makes that many octets stand in the buffer, unless the file ends before.
bool FileReader::fill(std::size_t size) {
    if (failed_) return false;
    if (buffer_.size() - taken_ >= size) return true;
    buffer_.erase(0, taken_);
    taken_ = 0;
    const auto more = read_at(file_.get(), read_, std::max(size, buffered) - buffer_.size());
    if (!more) return false;
    hash_.add(*more);
    buffer_ += *more;
    read_ += more->size();
    return buffer_.size() >= size;
}

std::string_view FileReader::take(std::uint64_t size) {
    if (size > of_.size || !fill(size)) {
        failed_ = true;
        return {};
    }
    const auto bytes = std::string_view(buffer_).substr(taken_, size);
    taken_ += size;
    return bytes;
}

std::uint64_t FileReader::number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto octet = take(1);
        if (octet.empty()) return 0;
        const auto next = static_cast<std::uint8_t>(octet.front());
        value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
        if (next < 0x80) return value;
    }
    failed_ = true;
    return 0;
}
std::string_view FileReader::string() {
    return take(number());
}
bool FileReader::starts_with(std::string_view magic) {
    failed_ = take(magic.size()) != magic || failed_;
    return !failed_;
}

Result<void> FileReader::finish() {
    while (read_ < of_.size) {
        const auto more = read_at(file_.get(), read_, buffered);
        if (!more)
            return fail(more.error().code,
                        fmt::format("Cannot read {}: {}.", of_.name, more.error().message));
        if (more->empty()) return damaged_file(of_);
        hash_.add(*more);
        read_ += more->size();
    }
    if (read_ != of_.size || hash_.finish() != of_.hash) return damaged_file(of_);
    return {};
}

} // namespace facteur::store::backup
