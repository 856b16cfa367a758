#include "transport/imap/response.h"

#include "transport/base/ascii.h"

#include <array>

namespace facteur::imap {
namespace {

constexpr std::array<std::string_view, 5> condition_names = {"OK", "NO", "BAD", "PREAUTH", "BYE"};

template <typename Words>
void write_words(std::string& out, const Words& words) {
    for (const auto& word : words) {
        out += ' ';
        out += word;
    }
}

// "(a b)"
template <typename Items, typename Write>
void write_items(std::string& out, const Items& items, Write write) {
    out += '(';
    bool first = true;
    for (const auto& item : items) {
        if (!std::exchange(first, false)) out += ' ';
        write(item);
    }
    out += ')';
}

void write_separator(std::string& out, char separator) {
    if (separator == '\0')
        out += "NIL";
    else
        write_string(out, std::string_view(&separator, 1));
}

void write_numbered(std::string& out, std::uint32_t number, std::string_view name) {
    out += "* ";
    write_number(out, number);
    out += ' ';
    out += name;
    out += "\r\n";
}

void write_number_list(std::string& out, std::string_view name, const std::vector<std::uint32_t>& numbers,
                       std::optional<std::uint64_t> modseq) {
    out += "* ";
    out += name;
    for (const auto number : numbers) {
        out += ' ';
        write_number(out, number);
    }
    if (modseq && !numbers.empty()) {
        out += " (MODSEQ ";
        write_number(out, *modseq);
        out += ')';
    }
    out += "\r\n";
}

void write_list_base(std::string& out, std::string_view name, const ListResponse& response, Wire wire) {
    out += "* ";
    out += name;
    out += ' ';
    write_items(out, response.attributes, [&](auto attribute) { out += attribute; });
    out += ' ';
    write_separator(out, response.separator);
    out += ' ';
    write_mailbox(out, response.mailbox, wire);
}

void write_namespace_list(std::string& out, const std::vector<NamespaceEntry>& entries, Wire wire) {
    if (entries.empty()) {
        out += " NIL";
        return;
    }
    out += " (";
    for (const auto& entry : entries) {
        out += '(';
        std::string prefix; // a string, never an atom
        write_mailbox(prefix, entry.prefix, wire);
        if (prefix.starts_with('"') || prefix.starts_with('{'))
            out += prefix;
        else
            write_string(out, prefix);
        out += ' ';
        write_separator(out, entry.separator);
        out += ')';
    }
    out += ')';
}

void write_named(std::string& out, std::string_view name, std::optional<std::uint64_t> number) {
    if (!number) return;
    out += ' ';
    out += name;
    out += ' ';
    write_number(out, *number);
}

// Changes of one kind that follow each other are one item.
void write_esearch_changes(std::string& out, const std::vector<EsearchResponse::Change>& changes) {
    for (std::size_t n = 0; n < changes.size(); ++n) {
        const auto& change = changes[n];
        const bool goes_on = n > 0 && changes[n - 1].removed == change.removed;
        if (!goes_on) out += change.removed ? " REMOVEFROM (" : " ADDTO (";
        if (goes_on) out += ' ';
        write_number(out, change.position);
        out += ' ';
        write_sequence_set(out, change.numbers);
        if (n + 1 == changes.size() || changes[n + 1].removed != change.removed) out += ')';
    }
}

} // namespace

// ---- conditions ----

void write_condition(std::string& out, std::string_view tag, Condition condition, std::string_view code,
                     std::string_view text) {
    out += tag;
    out += ' ';
    out += condition_names[static_cast<std::size_t>(condition)];
    out += ' ';
    if (!code.empty()) {
        out += '[';
        out += code;
        out += "] ";
    }
    // A text is never empty, and does not begin like a code when there is none.
    if (text.empty() || (code.empty() && text.starts_with('['))) out += '-';
    for (const char c : text)
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    out += "\r\n";
}

void write_continuation(std::string& out, std::string_view text) {
    out += "+ ";
    out += text;
    out += "\r\n";
}

// ---- server and mailboxes ----

void write_capability(std::string& out, const std::vector<std::string>& capabilities) {
    out += "* CAPABILITY";
    write_words(out, capabilities);
    out += "\r\n";
}

void write_enabled(std::string& out, const std::vector<std::string>& capabilities) {
    out += "* ENABLED";
    write_words(out, capabilities);
    out += "\r\n";
}

void write_id(std::string& out, const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
    out += "* ID ";
    if (fields.empty())
        out += "NIL";
    else
        write_items(out, fields, [&](const auto& field) {
            write_string(out, field.first);
            out += ' ';
            write_string(out, field.second);
        });
    out += "\r\n";
}

void write_exists(std::string& out, std::uint32_t messages) {
    write_numbered(out, messages, "EXISTS");
}

void write_recent(std::string& out, std::uint32_t messages) {
    write_numbered(out, messages, "RECENT");
}

void write_expunge(std::string& out, std::uint32_t number) {
    write_numbered(out, number, "EXPUNGE");
}

void write_vanished(std::string& out, bool earlier, const std::vector<NumberRange>& uids) {
    if (uids.empty()) return;
    out += earlier ? "* VANISHED (EARLIER) " : "* VANISHED ";
    write_sequence_set(out, uids);
    out += "\r\n";
}

void write_flags(std::string& out, const std::vector<std::string_view>& flags) {
    out += "* FLAGS ";
    write_items(out, flags, [&](auto flag) { out += flag; });
    out += "\r\n";
}

void write_jmap_access(std::string& out, std::string_view url) {
    out += "* JMAPACCESS ";
    write_string(out, url);
    out += "\r\n";
}

void write_namespace(std::string& out, const NamespaceResponse& response, Wire wire) {
    out += "* NAMESPACE";
    write_namespace_list(out, response.personal, wire);
    write_namespace_list(out, response.others, wire);
    write_namespace_list(out, response.shared, wire);
    out += "\r\n";
}

void write_list(std::string& out, const ListResponse& response, Wire wire) {
    write_list_base(out, "LIST", response, wire);
    if (!response.child_info.empty() || response.old_name) {
        out += " (";
        if (!response.child_info.empty()) {
            out += "\"CHILDINFO\" ";
            write_items(out, response.child_info, [&](auto option) { write_string(out, option); });
        }
        if (response.old_name) {
            out += response.child_info.empty() ? "\"OLDNAME\" (" : " \"OLDNAME\" (";
            write_mailbox(out, *response.old_name, wire);
            out += ')';
        }
        out += ')';
    }
    out += "\r\n";
}

void write_lsub(std::string& out, const ListResponse& response, Wire wire) {
    write_list_base(out, "LSUB", response, wire);
    out += "\r\n";
}

void write_status(std::string& out, const StatusResponse& response, Wire wire) {
    out += "* STATUS ";
    write_mailbox(out, response.mailbox, wire);
    out += " (";
    const auto begin = out.size();
    const auto name = [&](StatusItem item, std::string_view text) {
        if ((response.items & item) == 0) return false;
        if (out.size() > begin) out += ' ';
        out += text;
        out += ' ';
        return true;
    };
    const auto number = [&](StatusItem item, std::string_view text, std::uint64_t value) {
        if (name(item, text)) write_number(out, value);
    };
    number(status_messages, "MESSAGES", response.messages);
    number(status_recent, "RECENT", response.recent);
    number(status_uid_next, "UIDNEXT", response.uid_next);
    number(status_uid_validity, "UIDVALIDITY", response.uid_validity);
    number(status_unseen, "UNSEEN", response.unseen);
    number(status_deleted, "DELETED", response.deleted);
    number(status_size, "SIZE", response.size);
    number(status_highest_modseq, "HIGHESTMODSEQ", response.highest_modseq);
    if (name(status_mailbox_id, "MAILBOXID")) {
        out += '(';
        out += response.mailbox_id;
        out += ')';
    }
    if (name(status_append_limit, "APPENDLIMIT")) {
        if (response.append_limit)
            write_number(out, *response.append_limit);
        else
            out += "NIL";
    }
    number(status_deleted_storage, "DELETED-STORAGE", response.deleted_storage);
    out += ")\r\n";
}

// ---- searches ----

void write_search(std::string& out, const std::vector<std::uint32_t>& numbers,
                  std::optional<std::uint64_t> modseq) {
    write_number_list(out, "SEARCH", numbers, modseq);
}

void write_sort(std::string& out, const std::vector<std::uint32_t>& numbers,
                std::optional<std::uint64_t> modseq) {
    write_number_list(out, "SORT", numbers, modseq);
}

void write_esearch(std::string& out, const EsearchResponse& response) {
    out += "* ESEARCH";
    if (!response.tag.empty()) {
        out += " (TAG ";
        write_string(out, response.tag);
        out += ')';
    }
    if (response.uid) out += " UID";
    write_named(out, "MIN", response.min);
    write_named(out, "MAX", response.max);
    write_named(out, "COUNT", response.count);
    if (!response.all.empty()) {
        out += " ALL ";
        write_sequence_set(out, response.all);
    }
    if (response.partial) {
        out += " PARTIAL (";
        write_partial_range(out, *response.partial);
        out += ' ';
        if (response.partial_numbers.empty())
            out += "NIL";
        else
            write_sequence_set(out, response.partial_numbers);
        out += ')';
    }
    write_esearch_changes(out, response.changes);
    if (!response.relevancy.empty()) {
        out += " RELEVANCY ";
        write_items(out, response.relevancy, [&](auto score) { write_number(out, score); });
    }
    write_named(out, "MODSEQ", response.modseq);
    out += "\r\n";
}

// ---- quotas, rights, annotations ----

void write_quota(std::string& out, std::string_view root, const std::vector<QuotaResource>& resources) {
    out += "* QUOTA ";
    write_string(out, root);
    out += ' ';
    write_items(out, resources, [&](const QuotaResource& resource) {
        out += resource.name;
        out += ' ';
        write_number(out, resource.used);
        out += ' ';
        write_number(out, resource.limit);
    });
    out += "\r\n";
}

void write_quota_root(std::string& out, std::string_view mailbox, const std::vector<std::string_view>& roots,
                      Wire wire) {
    out += "* QUOTAROOT ";
    write_mailbox(out, mailbox, wire);
    for (const auto root : roots) {
        out += ' ';
        write_string(out, root);
    }
    out += "\r\n";
}

void write_acl(std::string& out, std::string_view mailbox,
               const std::vector<std::pair<std::string_view, std::string_view>>& rights, Wire wire) {
    out += "* ACL ";
    write_mailbox(out, mailbox, wire);
    for (const auto& [identifier, granted] : rights) {
        out += ' ';
        write_astring(out, identifier, wire);
        out += ' ';
        write_astring(out, granted);
    }
    out += "\r\n";
}

void write_list_rights(std::string& out, std::string_view mailbox, std::string_view identifier,
                       std::string_view required, const std::vector<std::string_view>& optional, Wire wire) {
    out += "* LISTRIGHTS ";
    write_mailbox(out, mailbox, wire);
    out += ' ';
    write_astring(out, identifier, wire);
    out += ' ';
    write_astring(out, required);
    for (const auto rights : optional) {
        out += ' ';
        write_astring(out, rights);
    }
    out += "\r\n";
}

void write_my_rights(std::string& out, std::string_view mailbox, std::string_view rights, Wire wire) {
    out += "* MYRIGHTS ";
    write_mailbox(out, mailbox, wire);
    out += ' ';
    write_astring(out, rights);
    out += "\r\n";
}

void write_metadata(std::string& out, std::string_view mailbox, const std::vector<MetadataEntry>& entries,
                    Wire wire) {
    out += "* METADATA ";
    if (mailbox.empty())
        out += "\"\"";
    else
        write_mailbox(out, mailbox, wire);
    out += ' ';
    write_items(out, entries, [&](const MetadataEntry& entry) {
        write_astring(out, entry.name);
        out += ' ';
        if (entry.value &&
            entry.value->find('\0') != std::string::npos) { // RFC 5464 §5: value may be a literal8
            write_literal_header(out, entry.value->size(), true);
            out += *entry.value;
        } else if (entry.value) {
            write_string(out, *entry.value, wire);
        } else {
            out += "NIL";
        }
    });
    out += "\r\n";
}

void write_metadata_changed(std::string& out, std::string_view mailbox,
                            const std::vector<std::string_view>& names, Wire wire) {
    out += "* METADATA ";
    if (mailbox.empty())
        out += "\"\"";
    else
        write_mailbox(out, mailbox, wire);
    for (const auto name : names) {
        out += ' ';
        write_astring(out, name);
    }
    out += "\r\n";
}

} // namespace facteur::imap
