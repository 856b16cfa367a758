// What lies at a path that holds mail: an mbox, a message, a Maildir with its Maildir++ folders, or a folder
// of any of these and of .eml files, to any depth (20).
//
//     auto sources = find_sources(console, path);
//     for (const auto& source : *sources) read_source(console, source, limits, each);
//
// Everything is opened through the console, on the command's thread. Messages are read one at a time.
#pragma once

#include "actors/commands/console.h"
#include "store/rows.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace facteur::mailfiles {

struct Source {
    enum class Kind : std::uint8_t { mbox, message, maildir, folder } kind = Kind::mbox;
    std::string path;
    std::vector<std::string> mailbox; // names below where the import goes; empty: right there
    std::uint64_t weight = 0;         // for the progress: octets, or an estimate of them
};

// Errors are sentences that name the path.
Result<std::vector<Source>> find_sources(Console& console, const std::string& path);

struct FoundMessage {
    std::shared_ptr<const std::string> bytes;
    store::Time received = 0;
    store::Keywords keywords;
    std::string where; // "archive.mbox, message 12": for complaints
};

struct Reading {
    std::size_t largest = 0; // octets of one message
    store::Time now = 0;
    std::function<bool(FoundMessage)> each;                // false: stop
    std::function<void(const std::string& what)> complain; // something was passed over
    std::function<void(std::uint64_t)> progress;           // of the source's weight
};
Result<void> read_source(Console& console, const Source& source, const Reading& reading);

// When a message came, by its own word: the newest Received field, else Date, else `otherwise`. A time before
// 1971 or a day in the future is not believed.
store::Time received_of(std::string_view message, store::Time otherwise, store::Time now);

} // namespace facteur::mailfiles
