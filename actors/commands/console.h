// Where a subcommand meets the one who typed it: what it writes, what it asks, and the files that it names.
//
// A command may run in the process that was started, or in the running server on behalf of that process
// (actors/admin). It sees the same either way: files are opened by the process that was started, with its
// working folder and its user's rights, and then read or written here. So a server that may not enter an
// operator's home folder still imports from it.
//
// `write` and `complain` may be called from any thread, the rest from the command's own.
#pragma once

#include "actors/descriptor.h"
#include "transport/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace facteur {

enum class OpenFor : std::uint8_t {
    reading, // "-" is standard input
    listing, // a folder
    writing, // made anew, what was there is dropped
};

class Console {
public:
    virtual ~Console() = default;

    virtual void write(std::string_view text) = 0;    // standard output: what was asked for
    virtual void complain(std::string_view text) = 0; // standard error: what went wrong, progress
    // Whether standard error is a terminal, so that progress is worth drawing.
    [[nodiscard]] virtual bool shows_progress() const = 0;

    // Errors are sentences that name the path.
    virtual Result<Descriptor> open(const std::string& path, OpenFor purpose) = 0;
    virtual Result<void> make_folder(const std::string& path) = 0; // with its parents; there already is fine
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<void> remove(const std::string& path) = 0; // a file
    // Asks on the terminal, without echo.
    virtual Result<std::string> ask_secret(const std::string& prompt) = 0;

    // The one who typed it has gone, or the server stops: end soon, at a clean point.
    [[nodiscard]] virtual bool is_cancelled() = 0;
};

} // namespace facteur
