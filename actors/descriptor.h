// An open file of the operating system, closed by its owner's end.
#pragma once

#include <unistd.h>

#include <utility>

namespace facteur {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int file) : file_(file) {}
    Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(file_, other.file_);
        return *this;
    }
    ~Descriptor() {
        if (file_ >= 0) ::close(file_);
    }

    [[nodiscard]] int get() const { return file_; }
    [[nodiscard]] explicit operator bool() const { return file_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(file_, -1); }

private:
    int file_ = -1;
};

} // namespace facteur
