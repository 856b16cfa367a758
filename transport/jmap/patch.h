// PatchObject (RFC 8620 §5.3): an update of an object by paths.
//
// `parse_patch` checks the paths (no path is a prefix of another, none points into an array); `patched` gives
// the object as it is afterwards. A null value takes a member away, which for the caller means its default.
#pragma once

#include "transport/jmap/errors.h"
#include "transport/jmap/value.h"

#include <string>
#include <vector>

namespace facteur::jmap {

struct PatchEntry {
    std::vector<std::string> path; // unescaped segments, never empty
    Value value;
};
using Patch = std::vector<PatchEntry>; // sorted by path

// Errors are SetErrors of type invalidPatch.
tl::expected<Patch, SetError> parse_patch(Object object);

// The patched object as JSON. Fails (invalidPatch) when the parent of a path is not there or is no object.
tl::expected<std::string, SetError> patched(Object current, const Patch& patch);

} // namespace facteur::jmap
