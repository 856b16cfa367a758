// A text of lines, for people too; the last one is the SHA-256 of those before it.
#include "store/backup/manifest.h"

#include "store/backup/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace facteur::store::backup {
namespace {

constexpr int form = 1;
constexpr std::array<std::string_view, 4> kinds{"rows", "records", "bodies", "other"};
constexpr std::string_view manifest_end = "manifest";
constexpr std::size_t largest_manifest = 256u << 20;
constexpr std::string_view none = "-"; // an empty word

std::string word(const std::string& text) {
    return text.empty() ? std::string(none) : text;
}
bool read_word(std::istream& in, std::string& text) {
    if (!(in >> text)) return false;
    if (text == none) text.clear();
    return true;
}
bool read_hash(std::istream& in, Hash& hash) {
    std::string hex;
    const auto read = in >> hex ? hash_from_hex(hex) : fail(Code::corrupt, {});
    if (read) hash = *read;
    return read.has_value();
}

bool read_file(std::istream& in, BackupFile& file) {
    std::string kind;
    if (!(in >> kind >> file.shard >> file.name >> file.size) || !read_hash(in, file.hash)) return false;
    const auto found = std::find(kinds.begin(), kinds.end(), kind);
    file.kind = static_cast<FileKind>(found - kinds.begin());
    return found != kinds.end() && generation_of(file.name) && read_word(in, file.name_there);
}

bool read_line(const std::string& line, Manifest& manifest) {
    std::istringstream in(line);
    std::string what;
    in >> what;
    if (what == "generation") in >> manifest.generation;
    if (what == "at") in >> manifest.at;
    if (what == "schema") in >> manifest.schema;
    if (what == "shards") in >> manifest.shards;
    if (what == "store") read_word(in, manifest.store);
    if (what == "point") {
        auto& point = manifest.points.emplace_back();
        return in >> point.shard >> point.sequence && read_hash(in, point.record);
    }
    if (what == "file") return read_file(in, manifest.files.emplace_back());
    return !in.fail();
}

Result<Manifest> read_manifest(Folder& folder, const std::string& name) {
    const auto text = read_whole(folder, name, largest_manifest);
    if (!text) return tl::unexpected(text.error());
    auto manifest = decode_manifest(*text);
    if (!manifest) return fail(manifest.error().code, fmt::format("{}: {}", name, manifest.error().message));
    if (manifest->generation != generation_of(name))
        return fail(Code::corrupt, fmt::format("{} is not what its name says.", name));
    return manifest;
}

} // namespace

const ShardPoint* Manifest::point(ShardId shard) const {
    const auto found =
        std::find_if(points.begin(), points.end(), [&](const ShardPoint& p) { return p.shard == shard; });
    return found == points.end() ? nullptr : &*found;
}

std::vector<BackupFile> Manifest::files_of(ShardId shard, FileKind kind) const {
    std::vector<BackupFile> found;
    for (const auto& file : files)
        if (file.kind == kind && file.shard == shard) found.push_back(file);
    return found;
}

std::string encode(const Manifest& manifest) {
    auto text =
        fmt::format("facteur-backup {}\ngeneration {}\nat {}\nschema {}\nshards {}\nstore {}\n", form,
                    manifest.generation, manifest.at, manifest.schema, manifest.shards, word(manifest.store));
    for (const auto& point : manifest.points)
        text += fmt::format("point {} {} {}\n", point.shard, point.sequence, to_hex(point.record));
    for (const auto& file : manifest.files)
        text += fmt::format("file {} {} {} {} {} {}\n", kinds.at(static_cast<std::size_t>(file.kind)),
                            file.shard, file.name, file.size, to_hex(file.hash), word(file.name_there));
    return text + fmt::format("sha256 {}\n", to_hex(hash_of(text)));
}

Result<Manifest> decode_manifest(std::string_view text) {
    const auto damaged = [] { return fail(Code::corrupt, "The manifest is damaged."); };
    const auto last = text.rfind("sha256 ");
    if (last == std::string_view::npos ||
        text.substr(last) != fmt::format("sha256 {}\n", to_hex(hash_of(text.substr(0, last)))))
        return damaged();
    std::istringstream lines{std::string(text.substr(0, last))};
    std::string line, word;
    int version = 0;
    if (!std::getline(lines, line)) return damaged();
    std::istringstream first(line);
    if (!(first >> word >> version) || word != "facteur-backup" || version < 1) return damaged();
    if (version > form) return fail(Code::newer_schema, "The backup was written by a newer Facteur.");
    Manifest manifest;
    while (std::getline(lines, line))
        if (!read_line(line, manifest)) return damaged();
    return manifest;
}

std::string prefix_of(std::uint64_t generation) {
    return fmt::format("{:06}-", generation);
}
std::string manifest_name(std::uint64_t generation) {
    return prefix_of(generation).append(manifest_end);
}

std::optional<std::uint64_t> generation_of(std::string_view name) {
    const auto dash = name.find('-');
    if (dash == std::string_view::npos || dash < 6 || dash > 12 || name.find('/') != std::string_view::npos)
        return std::nullopt;
    std::uint64_t generation = 0;
    for (const char c : name.substr(0, dash)) {
        if (c < '0' || c > '9') return std::nullopt;
        generation = generation * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return generation;
}

Result<std::vector<Manifest>> read_manifests(Folder& folder, std::vector<std::string>& findings) {
    auto names = folder.names();
    if (!names) return tl::unexpected(names.error());
    std::vector<Manifest> manifests;
    for (const auto& name : *names) {
        const auto generation = generation_of(name);
        if (!generation || name != manifest_name(*generation)) continue;
        auto manifest = read_manifest(folder, name);
        if (manifest)
            manifests.push_back(std::move(*manifest));
        else
            findings.push_back(manifest.error().message);
    }
    std::sort(manifests.begin(), manifests.end(),
              [](const Manifest& a, const Manifest& b) { return a.generation < b.generation; });
    return manifests;
}

} // namespace facteur::store::backup
