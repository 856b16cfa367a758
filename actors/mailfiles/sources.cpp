#include "actors/mailfiles/sources.h"

#include "actors/mailfiles/folder.h"
#include "actors/mailfiles/maildir.h"
#include "actors/mailfiles/mbox_reader.h"
#include "transport/mime/headers.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace facteur::mailfiles {
namespace {

constexpr int deepest = 20;
constexpr std::uint64_t usual_size = 10'000; // of a message, for the progress
constexpr std::size_t read_at_once = 1u << 20;
constexpr store::Time first_believed = 365 * 86400;

bool ends_with(std::string_view name, std::string_view suffix) {
    return name.size() > suffix.size() && mime::same_name(name.substr(name.size() - suffix.size()), suffix);
}

std::uint64_t size_of(const Descriptor& file) {
    struct stat found {};
    return ::fstat(file.get(), &found) == 0 ? static_cast<std::uint64_t>(std::max<off_t>(found.st_size, 0))
                                            : 0;
}

bool is_mbox(const Descriptor& file) {
    std::array<char, 5> start{};
    return ::pread(file.get(), start.data(), start.size(), 0) == static_cast<ssize_t>(start.size()) &&
           std::string_view(start.data(), start.size()) == "From ";
}

std::vector<std::string> below(std::vector<std::string> mailbox, std::string name) {
    for (const std::string_view suffix : {".mbox", ".sbd"}) // the latter: Thunderbird's folders of folders
        if (ends_with(name, suffix)) name.resize(name.size() - suffix.size());
    mailbox.push_back(std::move(name));
    return mailbox;
}

class Finder {
public:
    explicit Finder(Console& console) : console_(console) {}

    Result<void> folder(const std::string& path, const std::vector<std::string>& mailbox, int depth) {
        const auto entries = list_folder(console_, path);
        if (!entries) return tl::unexpected(entries.error());
        if (has_folder(*entries, "cur") || has_folder(*entries, "new"))
            return maildir(path, *entries, mailbox);
        const auto messages =
            static_cast<std::uint64_t>(std::count_if(entries->begin(), entries->end(), [](const Entry& e) {
                return !e.is_folder && ends_with(e.name, ".eml");
            }));
        if (messages > 0) found.push_back({Source::Kind::folder, path, mailbox, messages * usual_size});
        for (const auto& entry : *entries) {
            if (entry.name.starts_with('.') || ends_with(entry.name, ".eml")) continue;
            const auto inner = path + "/" + entry.name;
            if (entry.is_folder && depth < deepest) {
                if (auto done = folder(inner, below(mailbox, entry.name), depth + 1); !done) return done;
            } else if (!entry.is_folder) {
                const auto file = console_.open(inner, OpenFor::reading);
                if (!file) return tl::unexpected(file.error());
                if (is_mbox(*file))
                    found.push_back({Source::Kind::mbox, inner, below(mailbox, entry.name), size_of(*file)});
            }
        }
        return {};
    }

    std::vector<Source> found;

private:
    Result<void> maildir(const std::string& path, const std::vector<Entry>& entries,
                         const std::vector<std::string>& mailbox) {
        if (auto done = one_maildir(path, mailbox); !done) return done;
        for (const auto& entry : entries) {
            if (!entry.is_folder || !entry.name.starts_with('.')) continue;
            auto names = mailbox;
            for (auto& name : maildir_folder_path(entry.name))
                names.push_back(std::move(name));
            if (auto done = one_maildir(path + "/" + entry.name, names); !done) return done;
        }
        return {};
    }
    Result<void> one_maildir(const std::string& path, const std::vector<std::string>& mailbox) {
        std::uint64_t messages = 0;
        const auto entries = list_folder(console_, path);
        if (!entries) return tl::unexpected(entries.error());
        for (const auto* part : {"cur", "new"}) {
            if (!has_folder(*entries, part)) continue;
            const auto names = list_folder(console_, path + "/" + part);
            if (!names) return tl::unexpected(names.error());
            messages += names->size();
        }
        found.push_back({Source::Kind::maildir, path, mailbox, messages * usual_size});
        return {};
    }

    Console& console_;
};

Result<void> read_mbox(Console& console, const Source& source, const Reading& reading) {
    const auto file = console.open(source.path, OpenFor::reading);
    if (!file) return tl::unexpected(file.error());
    bool going = true;
    MboxReader reader(reading.largest, [&](MboxMessage message) {
        if (!going) return;
        const auto where = fmt::format("{}, message {}", source.path, message.number);
        if (message.too_large)
            return reading.complain(
                fmt::format("{}: larger than {} octets ({})", where, reading.largest, message.size));
        if (message.deleted) return;
        const auto received = message.received > first_believed ? std::min(message.received, reading.now)
                                                                : received_of(message.bytes, 0, reading.now);
        going = reading.each({std::make_shared<const std::string>(std::move(message.bytes)), received,
                              std::move(message.keywords), where});
    });
    std::string piece(read_at_once, '\0');
    std::uint64_t done = 0;
    while (going) {
        const auto got = ::read(file->get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Code::io, fmt::format("cannot read {}", source.path));
        if (got == 0) break;
        reader.feed({piece.data(), static_cast<std::size_t>(got)});
        reading.progress(done += static_cast<std::uint64_t>(got));
    }
    if (going) reader.finish();
    if (reader.octets_outside() > 0)
        reading.complain(
            fmt::format("{}: {} octets before the first message", source.path, reader.octets_outside()));
    return {};
}

// False: stop.
Result<bool> read_one(Console& console, const std::string& path, const MaildirName* name,
                      const Reading& reading) {
    auto content = read_file(console, path, reading.largest);
    if (!content) {
        if (console.is_cancelled()) return false;
        reading.complain(content.error().message);
        return true;
    }
    FoundMessage message;
    message.received = name != nullptr && name->received > first_believed && name->received <= reading.now
                           ? name->received
                           : received_of(content->bytes, content->modified, reading.now);
    if (name != nullptr) message.keywords = name->keywords;
    message.bytes = std::make_shared<const std::string>(std::move(content->bytes));
    message.where = path;
    return reading.each(std::move(message));
}

Result<void> read_maildir(Console& console, const Source& source, const Reading& reading) {
    const auto entries = list_folder(console, source.path);
    if (!entries) return tl::unexpected(entries.error());
    MaildirKeywords keywords;
    const bool has_keywords = std::any_of(entries->begin(), entries->end(), [](const Entry& entry) {
        return entry.name == "dovecot-keywords";
    });
    if (has_keywords)
        if (const auto file = read_file(console, source.path + "/dovecot-keywords", 1u << 16))
            keywords = MaildirKeywords(file->bytes);
    std::uint64_t done = 0;
    for (const auto* part : {"cur", "new"}) {
        if (!has_folder(*entries, part)) continue;
        const auto folder = source.path + "/" + part;
        const auto names = list_folder(console, folder);
        if (!names) return tl::unexpected(names.error());
        for (const auto& entry : *names) {
            reading.progress(done++ * usual_size);
            if (entry.is_folder || entry.name.starts_with('.')) continue;
            const auto name = read_maildir_name(entry.name, keywords);
            if (name.trashed) continue;
            const auto going = read_one(console, folder + "/" + entry.name, &name, reading);
            if (!going) return tl::unexpected(going.error());
            if (!*going) return {};
        }
    }
    return {};
}

Result<void> read_folder(Console& console, const Source& source, const Reading& reading) {
    const auto entries = list_folder(console, source.path);
    if (!entries) return tl::unexpected(entries.error());
    std::uint64_t done = 0;
    for (const auto& entry : *entries) {
        if (entry.is_folder || !ends_with(entry.name, ".eml")) continue;
        const auto going = read_one(console, source.path + "/" + entry.name, nullptr, reading);
        if (!going) return tl::unexpected(going.error());
        if (!*going) return {};
        reading.progress(++done * usual_size);
    }
    return {};
}

} // namespace

Result<std::vector<Source>> find_sources(Console& console, const std::string& path) {
    if (path == "-") return std::vector<Source>{{Source::Kind::mbox, path, {}, 0}};
    const auto file = console.open(path, OpenFor::reading);
    if (!file) return tl::unexpected(file.error());
    struct stat found {};
    if (::fstat(file->get(), &found) != 0) return fail(Code::io, fmt::format("cannot read {}", path));
    if (!S_ISDIR(found.st_mode)) {
        const auto kind = is_mbox(*file) ? Source::Kind::mbox : Source::Kind::message;
        return std::vector<Source>{{kind, path, {}, size_of(*file)}};
    }
    Finder finder(console);
    if (auto done = finder.folder(path, {}, 0); !done) return tl::unexpected(done.error());
    return std::move(finder.found);
}

Result<void> read_source(Console& console, const Source& source, const Reading& reading) {
    switch (source.kind) {
    case Source::Kind::mbox: return read_mbox(console, source, reading);
    case Source::Kind::maildir: return read_maildir(console, source, reading);
    case Source::Kind::folder: return read_folder(console, source, reading);
    case Source::Kind::message: break;
    }
    const auto going = read_one(console, source.path, nullptr, reading);
    if (!going) return tl::unexpected(going.error());
    reading.progress(source.weight);
    return {};
}

store::Time received_of(std::string_view message, store::Time otherwise, store::Time now) {
    const auto header = mime::header_of(message);
    const auto believed = [&](std::string_view value) -> std::optional<store::Time> {
        const auto date = mime::date(value);
        if (!date || date->seconds < first_believed || date->seconds > now + 86400) return std::nullopt;
        return date->seconds;
    };
    if (const auto trace = mime::first_field(header, "Received"))
        if (const auto semicolon = trace->value.rfind(';'); semicolon != std::string_view::npos)
            if (const auto time = believed(trace->value.substr(semicolon + 1))) return *time;
    if (const auto sent = mime::last_field(header, "Date"))
        if (const auto time = believed(sent->value)) return *time;
    return otherwise > first_believed && otherwise <= now ? otherwise : now;
}

} // namespace facteur::mailfiles
