// The files of a backup, written and read from one end to the other.
#pragma once

#include "store/backup/manifest.h"

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace facteur::store::backup {

// SHA-256 of octets as they come.
class RunningHash {
public:
    RunningHash();
    void add(std::string_view bytes);
    [[nodiscard]] Hash finish();

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// Under a temporary name until `finish` has it on disk. After the first failure every call does nothing, so
// that callers check once, at `finish`; who is not finished leaves the temporary file behind, which the next
// backup removes.
class FileWriter {
public:
    static Result<FileWriter> make(Folder& folder, std::string name);

    void write(std::string_view bytes);
    void number(std::uint64_t value); // a varint
    void string(std::string_view bytes);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool failed() const { return !outcome_; }
    Result<BackupFile> finish(FileKind kind, ShardId shard);

private:
    FileWriter(Folder& folder, std::string name, OpenFile file)
        : folder_(&folder), name_(std::move(name)), file_(std::move(file)) {}
    void flush();

    Folder* folder_;
    std::string name_;
    OpenFile file_;
    std::string buffer_;
    std::uint64_t size_ = 0;
    RunningHash hash_;
    Result<void> outcome_;
};

// Fails, for good, at what is no number and at the end; what was read is only to be trusted once `finish` has
// seen the rest and compared the hash.
class FileReader {
public:
    static Result<FileReader> open(Folder& folder, const BackupFile& of);

    std::uint64_t number();
    std::string_view string(); // until the next call
    bool starts_with(std::string_view magic);
    [[nodiscard]] bool failed() const { return failed_; }
    // Reads what is left. Code::corrupt, naming the file, when it is not what the manifest says.
    Result<void> finish();

private:
    FileReader(const BackupFile& of, OpenFile file) : of_(of), file_(std::move(file)) {}
    bool fill(std::size_t size);
    std::string_view take(std::uint64_t size);

    BackupFile of_;
    OpenFile file_;
    std::string buffer_;
    std::size_t taken_ = 0;  // of the buffer
    std::uint64_t read_ = 0; // of the file
    bool failed_ = false;
    RunningHash hash_;
};

// All of a small file. Code::corrupt when it is larger than `largest`.
Result<std::string> read_whole(Folder& folder, const std::string& name, std::uint64_t largest);

// The error of a file that is not what its manifest says.
tl::unexpected<Error> damaged_file(const BackupFile& file);

inline constexpr std::string_view rows_magic = "facteur rows 1\n", records_magic = "facteur records 1\n",
                                  bodies_magic = "facteur bodies 1\n";

} // namespace facteur::store::backup
