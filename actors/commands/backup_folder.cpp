#include "actors/commands/backup_folder.h"

#include "actors/mailfiles/folder.h"

#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

namespace facteur {
namespace {

tl::unexpected<store::Error> of_store(const Error& error) {
    return store::fail(error.code == Code::closed ? store::Code::stopped : store::Code::io, error.message);
}

} // namespace

store::Result<BackupFolder> BackupFolder::open(Console& console, std::string path, bool makes) {
    if (makes)
        if (auto made = console.make_folder(path); !made) return of_store(made.error());
    auto folder = console.open(path, OpenFor::listing);
    if (!folder) return of_store(folder.error());
    // Not every file system can: then there is nobody to be told.
    if (::flock(folder->get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return store::fail(store::Code::busy, fmt::format("another backup or restore works on {}", path));
    return BackupFolder(console, std::move(path), std::move(*folder));
}

store::Result<std::vector<std::string>> BackupFolder::names() {
    const auto entries = mailfiles::list_folder(*console_, path_);
    if (!entries) return of_store(entries.error());
    std::vector<std::string> names;
    for (const auto& entry : *entries)
        if (!entry.is_folder) names.push_back(entry.name);
    return names;
}

store::Result<store::backup::OpenFile> BackupFolder::open(const std::string& name, OpenFor purpose) {
    auto file = console_->open(at(name), purpose);
    if (!file) return of_store(file.error());
    return store::backup::OpenFile(file->release());
}
store::Result<store::backup::OpenFile> BackupFolder::read(const std::string& name) {
    return open(name, OpenFor::reading);
}
store::Result<store::backup::OpenFile> BackupFolder::make(const std::string& name) {
    return open(name, OpenFor::writing);
}

store::Result<void> BackupFolder::rename(const std::string& from, const std::string& to) {
    if (auto done = console_->rename(at(from), at(to)); !done) return of_store(done.error());
    return {};
}
store::Result<void> BackupFolder::remove(const std::string& name) {
    if (auto done = console_->remove(at(name)); !done) return of_store(done.error());
    return {};
}
store::Result<void> BackupFolder::sync() {
    if (::fsync(lock_.get()) != 0) return store::fail(store::Code::io, fmt::format("cannot sync {}", path_));
    return {};
}

} // namespace facteur
