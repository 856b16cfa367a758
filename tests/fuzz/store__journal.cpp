// Any octets as a segment of a journal: refused, or frames whose parts can be read. What is found is within
// the file and in order.
#include "store/journal.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace facteur::store;
    read_parts({reinterpret_cast<const char*>(data), size}, [](const JournalPart& part) {
        if (part.bytes.size() + part.key.size() > 1u << 20) std::abort();
    });
    const int file = ::memfd_create("journal", MFD_CLOEXEC);
    if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
    const auto segment = JournalReader::scan("/proc/self/fd/" + std::to_string(file));
    ::close(file);
    if (!segment) return 0;
    auto last = segment->after;
    for (const auto& frame : segment->frames) {
        if (frame.batch <= last || frame.offset + frame.size > size) std::abort();
        last = frame.batch;
    }
    return 0;
}
