#include "transport/jmap/patch.h"

#include "transport/jmap/pointer.h"

#include <algorithm>
#include <span>

namespace facteur::jmap {
namespace {

auto invalid_patch(std::string description) {
    return tl::unexpected(set_error("invalidPatch", std::move(description)));
}

// `entries` share their first `depth` segments, which lead to `current`.
tl::expected<void, SetError> write_patched(Object current, std::span<const PatchEntry> entries,
                                           std::size_t depth, Writer& out) {
    const auto under = [&](std::string_view name) {
        const auto less = [depth](const PatchEntry& entry, std::string_view wanted) {
            return entry.path[depth] < wanted;
        };
        const auto begin = std::lower_bound(entries.begin(), entries.end(), name, less);
        auto end = begin;
        while (end != entries.end() && end->path[depth] == name)
            ++end;
        return std::span<const PatchEntry>(begin, end);
    };
    out.begin_object();
    for (const auto [name, value] : current) {
        const auto group = under(name);
        if (group.empty()) {
            out.key(name).value(Value(value));
        } else if (group.front().path.size() == depth + 1) {
            if (!group.front().value.is_null()) out.key(name).value(group.front().value);
        } else {
            const auto inner = as_object(value);
            if (!inner) return invalid_patch("A path leads through what is no object.");
            if (auto done = write_patched(*inner, group, depth + 1, out.key(name)); !done) return done;
        }
    }
    for (const auto& entry : entries) {
        if (member(current, entry.path[depth])) continue;
        if (entry.path.size() != depth + 1) return invalid_patch("The parent of a path does not exist.");
        if (!entry.value.is_null()) out.key(entry.path[depth]).value(entry.value);
    }
    out.end_object();
    return {};
}

} // namespace

tl::expected<Patch, SetError> parse_patch(Object object) {
    Patch patch;
    for (const auto [name, value] : object) {
        auto path = split_pointer("/" + std::string(name));
        if (!path) return invalid_patch("A path of the patch is no JSON pointer.");
        patch.push_back({std::move(*path), value});
    }
    std::sort(patch.begin(), patch.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    for (std::size_t i = 1; i < patch.size(); ++i) {
        const auto &shorter = patch[i - 1].path, &longer = patch[i].path;
        if (shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin()))
            return invalid_patch("A path of the patch is the beginning of another.");
    }
    return patch;
}

tl::expected<std::string, SetError> patched(Object current, const Patch& patch) {
    std::string json;
    Writer out(json);
    if (auto done = write_patched(current, patch, 0, out); !done) return tl::unexpected(done.error());
    return json;
}

} // namespace facteur::jmap
