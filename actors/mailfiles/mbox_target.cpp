#include "actors/mailfiles/export_target.h"
#include "actors/mailfiles/folder.h"
#include "actors/mailfiles/from_line.h"
#include "actors/mailfiles/mbox_reader.h"
#include "transport/mime/headers.h"

#include <algorithm>

namespace facteur::mailfiles {
namespace {

constexpr std::size_t write_at_once = 1u << 20;

// What a file cannot be called.
std::string file_name(std::string name) {
    std::replace(name.begin(), name.end(), '/', '_');
    if (name.starts_with('.')) name.front() = '_';
    return name;
}

std::string sender_of(std::string_view message) {
    const auto path = mime::first_field(mime::header_of(message), "Return-Path");
    if (!path) return {};
    const auto addresses = mime::addresses(path->value);
    return addresses.empty() ? std::string() : addresses.front().email;
}

class MboxTarget : public ExportTarget {
public:
    MboxTarget(Console& console, std::string folder, bool keep_whole)
        : console_(console), root_(std::move(folder)), keep_whole_(keep_whole) {}

    Result<bool> begin_mailbox(const std::vector<std::string>& names, bool /*is_inbox*/) override {
        auto folder = root_;
        for (std::size_t n = 0; n + 1 < names.size(); ++n)
            folder += "/" + file_name(names[n]);
        if (auto made = console_.make_folder(folder); !made) return tl::unexpected(made.error());
        const auto name = file_name(names.back()) + ".mbox";
        if (keep_whole_) {
            const auto entries = list_folder(console_, folder);
            if (!entries) return tl::unexpected(entries.error());
            for (const auto& entry : *entries)
                if (entry.name == name) return false;
        }
        path_ = folder + "/" + name;
        auto file = console_.open(path_ + ".part", OpenFor::writing);
        if (!file) return tl::unexpected(file.error());
        file_ = std::move(*file);
        return true;
    }

    Result<bool> wants(const ExportedEmail& /*email*/) override { return true; }

    Result<void> write(const ExportedEmail& email, std::string_view message) override {
        pending_ += from_line(sender_of(message), email.received);
        pending_ += own_fields(email.keywords);
        pending_ += mbox_quoted(message);
        return pending_.size() < write_at_once ? Result<void>{} : flush();
    }

    Result<void> end_mailbox() override {
        if (auto done = flush(); !done) return done;
        file_ = Descriptor();
        return console_.rename(path_ + ".part", path_);
    }

private:
    Result<void> flush() {
        auto done = write_file(file_, pending_, path_);
        pending_.clear();
        return done;
    }

    Console& console_;
    std::string root_, path_, pending_;
    bool keep_whole_;
    Descriptor file_;
};

} // namespace

std::unique_ptr<ExportTarget> mbox_target(Console& console, std::string folder, bool keep_whole) {
    return std::make_unique<MboxTarget>(console, std::move(folder), keep_whole);
}

} // namespace facteur::mailfiles
