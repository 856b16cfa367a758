// Where a backup lies: one flat folder. Who runs the backup says how its files are reached, for they may
// belong to another process (the program that was typed, when the server does the work). Errors name the
// file. One thread at a time.
#pragma once

#include "store/error.h"

#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

namespace facteur::store::backup {

// An open file, closed by its owner's end.
class OpenFile {
public:
    explicit OpenFile(int file) : file_(file) {}
    OpenFile(OpenFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(file_, other.file_);
        return *this;
    }
    ~OpenFile() {
        if (file_ >= 0) ::close(file_);
    }
    [[nodiscard]] int get() const { return file_; }

private:
    int file_;
};

class Folder {
public:
    virtual ~Folder() = default;

    virtual Result<std::vector<std::string>> names() = 0;
    virtual Result<OpenFile> read(const std::string& name) = 0;
    virtual Result<OpenFile> make(const std::string& name) = 0; // what was there is dropped
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<void> remove(const std::string& name) = 0;
    virtual Result<void> sync() = 0; // the names
    // Nobody waits for it any more: end soon.
    virtual bool is_cancelled() = 0;
};

} // namespace facteur::store::backup
