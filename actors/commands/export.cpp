#include "actors/commands/accounts.h"
#include "actors/commands/commands.h"
#include "actors/commands/mailbox_paths.h"
#include "actors/commands/progress.h"
#include "actors/mailfiles/export_target.h"

#include <algorithm>

namespace facteur {
namespace {

// Emails that one snapshot looks at, so that none lives long.
constexpr std::size_t entries_read_at_once = 200;

struct ExportOptions {
    std::string account, folder, format = "maildir";
    std::vector<std::string> mailboxes;
    bool keep_whole = false;
};

struct Counts {
    std::uint64_t written = 0, there_already = 0, octets = 0, seen = 0;
};

struct Entry {
    store::Uid uid = 0;
    mailfiles::ExportedEmail email;
    store::Hash body;
};

std::vector<Entry> read_page(const store::Store& store, store::AccountId account, store::MailboxId mailbox,
                             store::Uid from) {
    std::vector<Entry> entries;
    const auto now = store.read(account);
    now.by_uid(account, mailbox, from, [&](const store::UidEntry& place) {
        if (const auto view = now.any_email(account, place.email); view && !place.deleted) {
            auto row = view->row();
            entries.push_back(
                {place.uid, {place.email, row.received, row.size, std::move(row.keywords)}, row.body});
        }
        return entries.size() < entries_read_at_once;
    });
    return entries;
}

class Export {
public:
    Export(store::AccountId account, std::uint64_t total, Environment& environment, Console& console,
           mailfiles::ExportTarget& target)
        : account_(account), environment_(environment), console_(console), target_(target),
          progress_(console, "Exporting", total) {}

    Result<void> mailbox(const std::string& path, const store::MailboxRow& row) {
        auto begun = target_.begin_mailbox(split_path(path), row.role == "inbox");
        if (!begun) return tl::unexpected(begun.error());
        if (!*begun) return {};
        for (store::Uid from = 1;;) {
            const auto entries = read_page(environment_.store, account_, row.id, from);
            for (const auto& entry : entries) {
                if (console_.is_cancelled()) return fail(facteur::Code::closed, "the export was cancelled");
                if (auto done = one(entry); !done) return done;
            }
            if (entries.size() < entries_read_at_once) return target_.end_mailbox();
            from = entries.back().uid + 1;
        }
    }
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    Result<void> one(const Entry& entry) {
        ++counts_.seen;
        progress_.reach(counts_.seen, fmt::format("{} messages", count_text(counts_.seen)));
        const auto wanted = target_.wants(entry.email);
        if (!wanted) return tl::unexpected(wanted.error());
        if (!*wanted) {
            ++counts_.there_already;
            return {};
        }
        const auto message = environment_.store.read(account_).read_body(entry.body);
        if (!message) {
            if (message.error().code == store::Code::not_found) return {}; // removed meanwhile
            return fail(facteur::Code::io, message.error().message);
        }
        ++counts_.written;
        counts_.octets += message->size();
        return target_.write(entry.email, *message);
    }

    store::AccountId account_;
    Environment& environment_;
    Console& console_;
    mailfiles::ExportTarget& target_;
    Counts counts_;
    Progress progress_;
};

// Those asked for, by path or role; all when none is. Nothing: one of them does not exist.
std::optional<std::vector<std::pair<std::string, store::MailboxRow>>>
chosen_mailboxes(const ExportOptions& options, const Environment& environment, store::AccountId account,
                 Console& console) {
    auto all = mailbox_paths(environment.store.read(account), account);
    if (options.mailboxes.empty()) return all;
    decltype(all) wanted;
    for (const auto& path : options.mailboxes) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& entry) {
            return entry.first == path || (!entry.second.role.empty() && entry.second.role == path);
        });
        if (found == all.end()) {
            refuse(console, fmt::format("there is no mailbox {}", path));
            return std::nullopt;
        }
        wanted.push_back(*found);
    }
    return wanted;
}

int export_mail(const ExportOptions& options, Environment& environment, Console& console) {
    const auto account = find_account(environment, console, options.account);
    if (!account) return exit_findings;
    const auto mailboxes = chosen_mailboxes(options, environment, account->id, console);
    if (!mailboxes) return exit_findings;
    std::uint64_t total = 0;
    for (const auto& [path, row] : *mailboxes)
        total += environment.store.read(account->id).counters(account->id, row.id).emails;
    const auto target = options.format == "mbox"
                            ? mailfiles::mbox_target(console, options.folder, options.keep_whole)
                            : mailfiles::maildir_target(console, options.folder);
    const auto damage = environment.store.damage(account->id);
    Counts counts;
    {
        Export job(account->id, total, environment, console, *target);
        for (const auto& [path, row] : *mailboxes)
            if (const auto done = job.mailbox(path, row); !done) return refuse(console, done.error().message);
        counts = job.counts();
    }
    console.write(fmt::format("{} messages ({}) exported to {}", count_text(counts.written),
                              size_text(counts.octets), options.folder));
    if (counts.there_already > 0)
        console.write(fmt::format(", {} there already", count_text(counts.there_already)));
    console.write(".\n");
    if (environment.store.damage(account->id) != damage)
        return refuse(
            console,
            "the account is damaged on the disk: what could not be read is missing. Run facteur check");
    return exit_ok;
}

} // namespace

void add_export(CLI::App& parent, Run& chosen) {
    auto options = std::make_shared<ExportOptions>();
    auto* command = parent.add_subcommand(
        "export", "Export the mail of an account to a folder; flags and times are kept.\n"
                  "Repeated, it completes an export that was interrupted");
    command->add_option("folder", options->folder, "Where to; made when absent")->required();
    command->add_option("--account", options->account, "Whose mail")->required()->type_name("ADDRESS");
    command
        ->add_option("--mailbox", options->mailboxes, "Only this mailbox, by path or role (may be repeated)")
        ->type_name("PATH");
    command
        ->add_option("--format", options->format, "maildir (Maildir++) or mbox (one file for each mailbox)")
        ->check(CLI::IsMember({"maildir", "mbox"}))
        ->capture_default_str();
    command->add_flag("--continue", options->keep_whole, "mbox: leave files that are whole as they are");
    command->callback([&chosen, options] {
        chosen.command = [options](Environment& environment, Console& console) {
            return export_mail(*options, environment, console);
        };
    });
}

} // namespace facteur
