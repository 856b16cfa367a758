// The folder of a backup, as the one who typed the command reaches it.
#pragma once

#include "actors/commands/console.h"
#include "store/backup/folder.h"

namespace facteur {

class BackupFolder : public store::backup::Folder {
public:
    // Makes it when it is absent and `makes`. Code::busy when another command works on it.
    static store::Result<BackupFolder> open(Console& console, std::string path, bool makes);

    store::Result<std::vector<std::string>> names() override;
    store::Result<store::backup::OpenFile> read(const std::string& name) override;
    store::Result<store::backup::OpenFile> make(const std::string& name) override;
    store::Result<void> rename(const std::string& from, const std::string& to) override;
    store::Result<void> remove(const std::string& name) override;
    store::Result<void> sync() override;
    bool is_cancelled() override { return console_->is_cancelled(); }

private:
    BackupFolder(Console& console, std::string path, Descriptor lock)
        : console_(&console), path_(std::move(path)), lock_(std::move(lock)) {}
    [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
    store::Result<store::backup::OpenFile> open(const std::string& name, OpenFor purpose);

    Console* console_;
    std::string path_;
    Descriptor lock_; // the folder itself
};

} // namespace facteur
