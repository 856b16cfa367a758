// A backup's folder on this very machine.
#pragma once

#include "store/backup/backup.h"
#include "store/backup/restore.h"
#include "store/files.h"
#include "tests/store/fixture.h"

#include <fcntl.h>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace facteur::store::test {

class LocalFolder : public backup::Folder {
public:
    explicit LocalFolder(std::string path) : path_(std::move(path)) {}

    Result<std::vector<std::string>> names() override {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            names.push_back(entry.path().filename().string());
        return names;
    }
    Result<backup::OpenFile> read(const std::string& name) override { return open(name, O_RDONLY); }
    Result<backup::OpenFile> make(const std::string& name) override {
        if (files_left-- == 0) return fail(Code::full, "Cannot make " + name + ".");
        return open(name, O_WRONLY | O_CREAT | O_TRUNC);
    }
    Result<void> rename(const std::string& from, const std::string& to) override {
        if (std::rename(at(from).c_str(), at(to).c_str()) != 0) return failed_on(to, "rename");
        return {};
    }
    Result<void> remove(const std::string& name) override {
        std::filesystem::remove(at(name));
        return {};
    }
    Result<void> sync() override { return {}; }
    bool is_cancelled() override { return false; }

    [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] std::vector<std::string> ending_with(std::string_view end) {
        auto found = *names();
        std::erase_if(found, [&](const std::string& name) { return !name.ends_with(end); });
        std::sort(found.begin(), found.end());
        return found;
    }

    int files_left = -1; // that can be made, before the disk is full

private:
    Result<backup::OpenFile> open(const std::string& name, int flags) const {
        const int file = ::open(at(name).c_str(), flags | O_CLOEXEC, 0600);
        if (file < 0) return failed_on(name, "open");
        return backup::OpenFile(file);
    }
    std::string path_;
};

inline void flip(const std::string& path, std::streamoff at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const auto octet = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(octet);
    REQUIRE(file.good());
}

} // namespace facteur::store::test
