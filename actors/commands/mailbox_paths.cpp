#include "actors/commands/mailbox_paths.h"

#include "transport/mime/decode.h"

#include <fmt/format.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <map>

namespace facteur {
namespace {

constexpr std::size_t deepest = 10;

std::string folded(std::string_view name) {
    std::string out;
    icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int>(name.size())))
        .foldCase()
        .toUTF8String(out);
    return mime::to_nfc(std::move(out));
}

struct Known {
    std::string_view name, role;
};
// Names are folded. What Thunderbird, Outlook, Dovecot, Gmail and Zimbra call them, in French and English.
constexpr std::array<Known, 32> known{{{"inbox", "inbox"},
                                       {"boîte de réception", "inbox"},
                                       {"réception", "inbox"},
                                       {"drafts", "drafts"},
                                       {"draft", "drafts"},
                                       {"brouillons", "drafts"},
                                       {"sent", "sent"},
                                       {"sent items", "sent"},
                                       {"sent messages", "sent"},
                                       {"sent mail", "sent"},
                                       {"envoyés", "sent"},
                                       {"messages envoyés", "sent"},
                                       {"éléments envoyés", "sent"},
                                       {"archive", "archive"},
                                       {"archives", "archive"},
                                       {"all mail", "archive"},
                                       {"junk", "junk"},
                                       {"junk e-mail", "junk"},
                                       {"junk email", "junk"},
                                       {"spam", "junk"},
                                       {"indésirables", "junk"},
                                       {"courrier indésirable", "junk"},
                                       {"pourriel", "junk"},
                                       {"trash", "trash"},
                                       {"bin", "trash"},
                                       {"deleted items", "trash"},
                                       {"deleted messages", "trash"},
                                       {"corbeille", "trash"},
                                       {"éléments supprimés", "trash"},
                                       {"messages supprimés", "trash"},
                                       {"unsent messages", "drafts"},
                                       {"outbox", "drafts"}}};

const store::MailboxRow* child_named(const std::vector<store::MailboxRow>& rows, store::MailboxId parent,
                                     std::string_view name) {
    const auto wanted = folded(name);
    for (const auto& row : rows)
        if (row.parent == parent && folded(row.name) == wanted) return &row;
    if (parent != 0) return nullptr;
    const auto role = role_of_name(name);
    for (const auto& row : rows)
        if (!role.empty() && row.role == role) return &row;
    return nullptr;
}

} // namespace

std::string_view role_of_name(std::string_view name) {
    const auto wanted = folded(name);
    for (const auto& entry : known)
        if (entry.name == wanted) return entry.role;
    return {};
}

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> names(1);
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path[at] != '/')
            names.back().push_back(path[at]);
        else if (at + 1 < path.size() && path[at + 1] == '/')
            names.back().push_back(path[++at]);
        else
            names.emplace_back();
    }
    names.erase(std::remove(names.begin(), names.end(), std::string()), names.end());
    return names;
}

std::string join_path(const std::vector<std::string>& names) {
    std::string path;
    for (const auto& name : names) {
        if (!path.empty()) path.push_back('/');
        for (const char c : name) {
            path.push_back(c);
            if (c == '/') path.push_back(c);
        }
    }
    return path;
}

std::vector<std::pair<std::string, store::MailboxRow>> mailbox_paths(const store::Snapshot& now,
                                                                     store::AccountId account) {
    std::multimap<store::MailboxId, store::MailboxRow> children;
    for (auto& row : now.mailboxes(account))
        children.emplace(row.parent, std::move(row));
    std::vector<std::pair<std::string, store::MailboxRow>> out;
    const auto add = [&](const auto& again, store::MailboxId parent,
                         const std::vector<std::string>& above) -> void {
        std::vector<store::MailboxRow> rows;
        for (auto [at, end] = children.equal_range(parent); at != end; ++at)
            rows.push_back(at->second);
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return std::tie(a.sort_order, a.name, a.id) < std::tie(b.sort_order, b.name, b.id);
        });
        if (above.size() > deepest + 1) return;
        for (auto& row : rows) {
            auto names = above;
            names.push_back(row.name);
            const auto id = row.id;
            out.emplace_back(join_path(names), std::move(row));
            again(again, id, names);
        }
    };
    add(add, 0, {});
    return out;
}

store::Result<store::MailboxId> find_or_make_mailbox(store::Store& store, store::AccountId account,
                                                     const std::vector<std::string>& names, store::Time now) {
    if (names.empty() || names.size() > deepest)
        return store::fail(store::Code::invalid,
                           fmt::format("A mailbox is at most {} levels deep.", deepest));
    store::MailboxId found = 0;
    const auto plan = [&](store::Draft& draft) -> store::Result<void> {
        auto rows = draft.now().mailboxes(account);
        for (const auto& name : names) {
            if (const auto* row = child_named(rows, found, name)) {
                found = row->id;
                continue;
            }
            store::MailboxRow made;
            made.id = draft.new_mailbox();
            made.parent = found;
            made.name = mime::to_nfc(std::string(mime::utf8_prefix(mime::repair_utf8(name), 255)));
            made.sort_order = 100;
            made.uid_validity = static_cast<std::uint32_t>(now);
            draft.add(store::MailboxPut{made});
            found = made.id;
            rows.push_back(std::move(made));
        }
        return {};
    };
    if (auto done = store.commit({account, now, {}, plan, {}}); !done) return tl::unexpected(done.error());
    return found;
}

} // namespace facteur
