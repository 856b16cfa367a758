#include "store/backup/backup.h"
#include "store/backup/stream.h"

#include <map>

namespace facteur::store::backup {

Result<VerifyReport> verify(Folder& folder, const BackupProgress& progress) {
    VerifyReport report;
    std::vector<std::string> unreadable;
    const auto manifests = read_manifests(folder, unreadable);
    if (!manifests) return tl::unexpected(manifests.error());
    for (auto& what : unreadable)
        report.findings.push_back({std::move(what), {}});

    struct Needed {
        BackupFile file;
        std::vector<std::uint64_t> by;
    };
    std::map<std::string, Needed> files;
    std::uint64_t total = 0;
    for (const auto& manifest : *manifests) {
        report.generations.push_back(manifest.generation);
        for (const auto& file : manifest.files) {
            auto [entry, is_new] = files.try_emplace(file.name, Needed{file, {}});
            entry->second.by.push_back(manifest.generation);
            if (is_new) total += file.size;
        }
    }
    if (manifests->empty() && unreadable.empty())
        return fail(Code::not_found, "There is no backup in the folder.");
    for (const auto& [name, needed] : files) {
        if (folder.is_cancelled()) return fail(Code::stopped, "The check was cancelled.");
        auto reader = FileReader::open(folder, needed.file);
        const auto read = reader ? reader->finish() : tl::unexpected(reader.error());
        if (!read) report.findings.push_back({read.error().message, needed.by});
        ++report.files;
        report.octets += needed.file.size;
        if (progress) progress(report.octets, total);
    }
    return report;
}

} // namespace facteur::store::backup
