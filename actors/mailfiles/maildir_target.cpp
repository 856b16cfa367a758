#include "actors/mailfiles/export_target.h"
#include "actors/mailfiles/folder.h"
#include "actors/mailfiles/maildir.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <unordered_map>

namespace facteur::mailfiles {
namespace {

class MaildirTarget : public ExportTarget {
public:
    MaildirTarget(Console& console, std::string folder) : console_(console), root_(std::move(folder)) {}

    Result<bool> begin_mailbox(const std::vector<std::string>& names, bool is_inbox) override {
        folder_ = is_inbox ? root_ : root_ + "/" + maildir_folder(names);
        for (const auto* part : {"/cur", "/new", "/tmp"})
            if (auto made = console_.make_folder(folder_ + part); !made) return tl::unexpected(made.error());
        keywords_ = {};
        there_.clear();
        const auto entries = list_folder(console_, folder_);
        if (!entries) return tl::unexpected(entries.error());
        for (const auto& entry : *entries)
            if (entry.name == "dovecot-keywords")
                if (const auto file = read_file(console_, folder_ + "/" + entry.name, 1u << 16))
                    keywords_ = MaildirKeywords(file->bytes);
        written_keywords_ = keywords_.file();
        const auto messages = list_folder(console_, folder_ + "/cur");
        if (!messages) return tl::unexpected(messages.error());
        for (const auto& entry : *messages)
            there_.emplace(read_maildir_name(entry.name, keywords_).unique, entry.name);
        return true;
    }

    Result<bool> wants(const ExportedEmail& email) override {
        name_ = maildir_name(email.received, email.id, email.size, email.keywords, keywords_);
        const auto found = there_.find(read_maildir_name(name_, keywords_).unique);
        if (found == there_.end()) return true;
        if (found->second != name_)
            if (auto done = console_.rename(folder_ + "/cur/" + found->second, folder_ + "/cur/" + name_);
                !done)
                return tl::unexpected(done.error());
        return false;
    }

    Result<void> write(const ExportedEmail& email, std::string_view message) override {
        const auto temporary = folder_ + "/tmp/" + name_;
        {
            const auto file = console_.open(temporary, OpenFor::writing);
            if (!file) return tl::unexpected(file.error());
            if (auto done = write_file(*file, message, temporary); !done) return done;
            const timespec received[2] = {{email.received, 0}, {email.received, 0}};
            ::futimens(file->get(), static_cast<const timespec*>(received));
        }
        return console_.rename(temporary, folder_ + "/cur/" + name_);
    }

    Result<void> end_mailbox() override {
        const auto text = keywords_.file();
        if (text == written_keywords_) return {};
        const auto path = folder_ + "/dovecot-keywords";
        const auto file = console_.open(path, OpenFor::writing);
        if (!file) return tl::unexpected(file.error());
        return write_file(*file, text, path);
    }

private:
    Console& console_;
    std::string root_, folder_, name_, written_keywords_;
    MaildirKeywords keywords_;
    std::unordered_map<std::string, std::string> there_; // unique part → name
};

} // namespace

std::unique_ptr<ExportTarget> maildir_target(Console& console, std::string folder) {
    return std::make_unique<MaildirTarget>(console, std::move(folder));
}

Result<void> write_file(const Descriptor& file, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const auto written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return fail(Code::io,
                        fmt::format("cannot write {}: {}", path, std::generic_category().message(errno)));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace facteur::mailfiles
