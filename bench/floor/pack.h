// What mail takes when nothing but the packer knows about it.
#pragma once

#include <string>

namespace facteur::floor {

// The messages of an mbox as one stream of zstd. Prints one JSON line.
void pack(const std::string& mbox, int level);

} // namespace facteur::floor
