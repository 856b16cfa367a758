// The built web UI (webui/dist), embedded in the program. Empty when it was not built.
#pragma once

#include <span>
#include <string_view>

namespace facteur::webui {

struct Asset {
    std::string_view path;   // "/assets/app-1f3a.js"
    std::string_view type;   // media type
    std::string_view tag;    // hash of the content, in hex
    std::string_view bytes;  // as it is
    std::string_view packed; // gzip
};

// Sorted by path.
std::span<const Asset> assets();

} // namespace facteur::webui
