#include "actors/mailfiles/folder.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace facteur::mailfiles {
namespace {

bool is_folder(int folder, const dirent& entry) {
    if (entry.d_type == DT_DIR) return true;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return false;
    struct stat found {};
    return ::fstatat(folder, entry.d_name, &found, 0) == 0 && S_ISDIR(found.st_mode);
}

} // namespace

Result<std::vector<Entry>> list_folder(Console& console, const std::string& path) {
    auto opened = console.open(path, OpenFor::listing);
    if (!opened) return tl::unexpected(opened.error());
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(opened->get()), ::closedir);
    if (!folder) return fail(Code::io, fmt::format("cannot list {}", path));
    (void)opened->release(); // the DIR's now
    std::vector<Entry> entries;
    while (const auto* entry = ::readdir(folder.get())) {
        std::string name = static_cast<const char*>(entry->d_name);
        if (name == "." || name == "..") continue;
        entries.push_back({std::move(name), is_folder(::dirfd(folder.get()), *entry)});
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return entries;
}

bool has_folder(const std::vector<Entry>& entries, std::string_view name) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Entry& entry) { return entry.is_folder && entry.name == name; });
}

Result<FileContent> read_file(Console& console, const std::string& path, std::size_t largest) {
    const auto file = console.open(path, OpenFor::reading);
    if (!file) return tl::unexpected(file.error());
    FileContent content;
    struct stat found {};
    if (::fstat(file->get(), &found) == 0) {
        content.modified = found.st_mtime;
        if (S_ISREG(found.st_mode) && static_cast<std::uint64_t>(found.st_size) > largest)
            return fail(Code::too_large, fmt::format("{} is larger than {} octets", path, largest));
        content.bytes.reserve(static_cast<std::size_t>(std::max<off_t>(found.st_size, 0)));
    }
    std::string piece(1u << 16, '\0');
    while (true) {
        const auto got = ::read(file->get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Code::io, fmt::format("cannot read {}", path));
        if (got == 0) return content;
        if (content.bytes.size() + static_cast<std::size_t>(got) > largest)
            return fail(Code::too_large, fmt::format("{} is larger than {} octets", path, largest));
        content.bytes.append(piece, 0, static_cast<std::size_t>(got));
    }
}

} // namespace facteur::mailfiles
