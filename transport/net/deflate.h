// Raw DEFLATE both ways over one connection, as COMPRESS=DEFLATE of IMAP has it (RFC 4978), by zlib. Takes
// some 100 KB of memory. Thread-safety: one caller.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace facteur::net {

class Deflate {
public:
    Deflate();
    ~Deflate();
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;

    // What the peer can read at once.
    [[nodiscard]] std::string pack(std::string_view bytes);
    // Gives what the peer's bytes hold in pieces of at most 64 KiB, so that a small input that says much
    // takes no more memory; false when they are no DEFLATE. When `each` says false the rest waits for the
    // next call.
    bool unpack(std::string_view bytes, const std::function<bool(std::string_view)>& each);
    [[nodiscard]] bool has_more() const { return has_more_; } // waits

private:
    struct Streams;
    std::unique_ptr<Streams> streams_;
    std::string rest_;
    bool has_more_ = false;
};

} // namespace facteur::net
