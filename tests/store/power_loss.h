// A disk that loses what was not synced, for a store in a child process.
//
// In the child, every fsync and fdatasync of a file under the folder also copies the file to a mirror: what
// is certainly on disk. The parent stops the child at any instant and makes of mirror and files a state that
// the disk could have been left in: of each file the mirror's octets, and of what was written since any
// pages.
#pragma once

#include <random>
#include <string>

namespace facteur::store::test {

// In the child, before it opens the store in `folder`, which is on disk whole.
void mirror_syncs(const std::string& folder, const std::string& mirror);

// `share`: of the pages that were written but not synced, how many made it, 0 to 1.
void make_image(const std::string& folder, const std::string& mirror, const std::string& image, double share,
                std::mt19937& random);

} // namespace facteur::store::test
