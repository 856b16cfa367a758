// The client's side of the grammar, for tests alone: a command as the one text that means it. What the parser
// makes of that text is the command again.
#pragma once

#include "transport/base/base64.h"
#include "transport/imap/command.h"
#include "transport/imap/dates.h"
#include "transport/imap/mailbox_name.h"
#include "transport/imap/syntax.h"

#include <string>

namespace facteur::imap {

class ClientWriter {
public:
    bool utf8 = false;
    std::string out;

    void operator()(const command::Capability&) { out += "CAPABILITY"; }
    void operator()(const command::Noop&) { out += "NOOP"; }
    void operator()(const command::Logout&) { out += "LOGOUT"; }
    void operator()(const command::Id& c) {
        out += "ID ";
        if (c.fields.empty()) {
            out += "NIL";
            return;
        }
        list(c.fields, [&](const auto& field) {
            string(field.first);
            out += ' ';
            nstring(field.second);
        });
    }
    void operator()(const command::StartTls&) { out += "STARTTLS"; }
    void operator()(const command::Authenticate& c) {
        out += "AUTHENTICATE " + c.mechanism;
        if (c.initial) out += " " + (c.initial->empty() ? "=" : encode_base64(*c.initial));
    }
    void operator()(const command::Login& c) {
        out += "LOGIN ";
        astring(c.user);
        out += ' ';
        astring(c.password);
    }
    void operator()(const command::Enable& c) {
        out += "ENABLE";
        for (const auto& capability : c.capabilities)
            out += " " + capability;
    }
    void operator()(const command::Compress& c) { out += "COMPRESS " + c.mechanism; }
    void operator()(const command::Select& c) {
        on_mailbox(c.examine ? "EXAMINE" : "SELECT", c.mailbox);
        if (!c.condstore && !c.qresync) return;
        out += " (";
        if (c.condstore) out += "CONDSTORE";
        if (c.condstore && c.qresync) out += ' ';
        if (c.qresync) {
            out += "QRESYNC (" + std::to_string(c.qresync->uid_validity) + " " +
                   std::to_string(c.qresync->modseq);
            if (c.qresync->known_uids) {
                out += ' ';
                write_sequence_set(out, *c.qresync->known_uids);
            }
            if (c.qresync->matching) {
                out += " (";
                write_sequence_set(out, c.qresync->matching->first);
                out += ' ';
                write_sequence_set(out, c.qresync->matching->second);
                out += ')';
            }
            out += ')';
        }
        out += ')';
    }
    void operator()(const command::Create& c) {
        on_mailbox("CREATE", c.mailbox + (c.as_parent ? "/" : ""));
        if (c.uses.empty()) return;
        out += " (USE ";
        list(c.uses, [&](const auto& use) { out += use; });
        out += ')';
    }
    void operator()(const command::Delete& c) { on_mailbox("DELETE", c.mailbox); }
    void operator()(const command::Rename& c) {
        on_mailbox("RENAME", c.from);
        out += ' ';
        mailbox(c.to);
    }
    void operator()(const command::Subscribe& c) { on_mailbox("SUBSCRIBE", c.mailbox); }
    void operator()(const command::Unsubscribe& c) { on_mailbox("UNSUBSCRIBE", c.mailbox); }
    void operator()(const command::List& c) {
        const auto& o = c.options;
        out += "LIST ";
        if (o.subscribed || o.remote || o.recursive_match || o.special_use) {
            out += '(';
            words({{o.subscribed, "SUBSCRIBED"},
                   {o.remote, "REMOTE"},
                   {o.special_use, "SPECIAL-USE"},
                   {o.recursive_match, "RECURSIVEMATCH"}});
            out += ") ";
        } else if (o.extended) {
            out += "() ";
        }
        mailbox(c.reference);
        out += ' ';
        if (c.patterns.size() == 1)
            pattern(c.patterns.front());
        else
            list(c.patterns, [&](const auto& p) { pattern(p); });
        if (!o.return_subscribed && !o.return_children && !o.return_special_use && !o.return_my_rights &&
            o.return_status == 0 && o.return_metadata.empty())
            return;
        out += " RETURN (";
        const auto begin = out.size();
        words({{o.return_subscribed, "SUBSCRIBED"},
               {o.return_children, "CHILDREN"},
               {o.return_special_use, "SPECIAL-USE"},
               {o.return_my_rights, "MYRIGHTS"}});
        if (o.return_status != 0) {
            if (out.size() > begin) out += ' ';
            out += "STATUS ";
            status_items(o.return_status);
        }
        if (!o.return_metadata.empty()) {
            if (out.size() > begin) out += ' ';
            out += "METADATA ";
            list(o.return_metadata, [&](const auto& name) { astring(name); });
        }
        out += ')';
    }
    void operator()(const command::Lsub& c) {
        on_mailbox("LSUB", c.reference);
        out += ' ';
        pattern(c.pattern);
    }
    void operator()(const command::Namespace&) { out += "NAMESPACE"; }
    void operator()(const command::Status& c) {
        on_mailbox("STATUS", c.mailbox);
        out += ' ';
        status_items(c.items);
    }
    void operator()(const command::Idle&) { out += "IDLE"; }
    void operator()(const command::Notify& c) {
        out += "NOTIFY ";
        if (c.groups.empty()) {
            out += "NONE";
            return;
        }
        out += c.status ? "SET STATUS" : "SET";
        for (const auto& group : c.groups)
            notify_group(group);
    }
    void operator()(const command::GetQuota& c) {
        out += "GETQUOTA ";
        astring(c.root);
    }
    void operator()(const command::GetQuotaRoot& c) { on_mailbox("GETQUOTAROOT", c.mailbox); }
    void operator()(const command::SetQuota& c) {
        out += "SETQUOTA ";
        astring(c.root);
        out += ' ';
        list(c.limits, [&](const auto& limit) { out += limit.first + " " + std::to_string(limit.second); });
    }
    void operator()(const command::GetAcl& c) { on_mailbox("GETACL", c.mailbox); }
    void operator()(const command::SetAcl& c) {
        on_mailbox("SETACL", c.mailbox);
        out += ' ';
        astring(c.identifier);
        out += ' ';
        astring((c.how == command::SetAcl::How::add      ? "+"
                 : c.how == command::SetAcl::How::remove ? "-"
                                                         : "") +
                c.rights);
    }
    void operator()(const command::DeleteAcl& c) {
        on_mailbox("DELETEACL", c.mailbox);
        out += ' ';
        astring(c.identifier);
    }
    void operator()(const command::ListRights& c) {
        on_mailbox("LISTRIGHTS", c.mailbox);
        out += ' ';
        astring(c.identifier);
    }
    void operator()(const command::MyRights& c) { on_mailbox("MYRIGHTS", c.mailbox); }
    void operator()(const command::GetMetadata& c) {
        using Depth = MetadataOptions::Depth;
        out += "GETMETADATA ";
        if (c.options.max_size || c.options.depth != Depth::zero) {
            out += '(';
            if (c.options.max_size) out += "MAXSIZE " + std::to_string(*c.options.max_size);
            if (c.options.max_size && c.options.depth != Depth::zero) out += ' ';
            if (c.options.depth != Depth::zero)
                out += c.options.depth == Depth::one ? "DEPTH 1" : "DEPTH infinity";
            out += ") ";
        }
        mailbox(c.mailbox);
        out += ' ';
        if (c.entries.size() == 1)
            astring(c.entries.front());
        else
            list(c.entries, [&](const auto& name) { astring(name); });
    }
    void operator()(const command::SetMetadata& c) {
        on_mailbox("SETMETADATA", c.mailbox);
        out += ' ';
        list(c.entries, [&](const auto& entry) {
            astring(entry.name);
            out += ' ';
            nstring(entry.value);
        });
    }
    void operator()(const command::GetJmapAccess&) { out += "GETJMAPACCESS"; }
    void operator()(const command::Check&) { out += "CHECK"; }
    void operator()(const command::Close&) { out += "CLOSE"; }
    void operator()(const command::Unselect&) { out += "UNSELECT"; }
    void operator()(const command::Expunge& c) {
        out += c.uids ? "UID EXPUNGE " : "EXPUNGE";
        if (c.uids) write_sequence_set(out, *c.uids);
    }
    void operator()(const command::Search& c) {
        out += c.uid ? "UID SEARCH " : "SEARCH ";
        search_return(c.result);
        if (!c.criteria.charset.empty()) {
            out += "CHARSET ";
            astring(c.criteria.charset);
            out += ' ';
        }
        keys(c.criteria.key, true);
    }
    void operator()(const command::Sort& c) {
        out += c.uid ? "UID SORT " : "SORT ";
        search_return(c.result);
        constexpr std::string_view names[] = {"ARRIVAL", "CC", "DATE",        "FROM",      "SIZE",
                                              "SUBJECT", "TO", "DISPLAYFROM", "DISPLAYTO", "RELEVANCY"};
        list(c.order, [&](const auto& criterion) {
            if (criterion.reverse) out += "REVERSE ";
            out += names[static_cast<std::size_t>(criterion.by)];
        });
        out += ' ';
        astring(c.criteria.charset);
        out += ' ';
        keys(c.criteria.key, true);
    }
    void operator()(const command::Thread& c) {
        constexpr std::string_view names[] = {"ORDEREDSUBJECT ", "REFERENCES ", "REFS "};
        out += c.uid ? "UID THREAD " : "THREAD ";
        out += names[static_cast<std::size_t>(c.algorithm)];
        astring(c.criteria.charset);
        out += ' ';
        keys(c.criteria.key, true);
    }
    void operator()(const command::CancelUpdate& c) {
        out += "CANCELUPDATE";
        for (const auto& tag : c.tags) {
            out += ' ';
            string(tag);
        }
    }
    void operator()(const command::Fetch& c) {
        on_set(c.uid ? "UID FETCH" : "FETCH", c.set);
        out += ' ';
        list(c.items, [&](const auto& item) { fetch_item(item); });
        if (!c.changed_since && !c.partial && !c.vanished) return;
        out += " (";
        const auto begin = out.size();
        if (c.changed_since) out += "CHANGEDSINCE " + std::to_string(*c.changed_since);
        if (c.vanished) out += out.size() > begin ? " VANISHED" : "VANISHED";
        if (c.partial) {
            out += out.size() > begin ? " PARTIAL " : "PARTIAL ";
            write_partial_range(out, *c.partial);
        }
        out += ')';
    }
    void operator()(const command::Store& c) {
        on_set(c.uid ? "UID STORE" : "STORE", c.set);
        if (c.unchanged_since) out += " (UNCHANGEDSINCE " + std::to_string(*c.unchanged_since) + ")";
        out += c.how == command::Store::How::add      ? " +FLAGS"
               : c.how == command::Store::How::remove ? " -FLAGS"
                                                      : " FLAGS";
        out += c.silent ? ".SILENT " : " ";
        list(c.flags, [&](const auto& flag) { out += flag; });
    }
    void operator()(const command::Copy& c) {
        on_set(c.uid ? "UID COPY" : "COPY", c.set);
        out += ' ';
        mailbox(c.mailbox);
    }
    void operator()(const command::Move& c) {
        on_set(c.uid ? "UID MOVE" : "MOVE", c.set);
        out += ' ';
        mailbox(c.mailbox);
    }

    // A quoted string, or a non-synchronising literal where that cannot be.
    void string(std::string_view text) {
        bool literal8 = false, literal = text.size() > 1000;
        for (const char c : text) {
            literal8 = literal8 || c == '\0';
            literal = literal || c == '\r' || c == '\n' || (c & 0x80) != 0;
        }
        if (literal || literal8) {
            out += literal8 ? "~{" : "{";
            out += std::to_string(text.size()) + "+}\r\n";
            out += text;
            return;
        }
        out += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    void nstring(const std::optional<std::string>& text) {
        if (text)
            string(*text);
        else
            out += "NIL";
    }
    void astring(std::string_view text) {
        if (is_all(text, class_astring))
            out += text;
        else
            string(text);
    }
    void mailbox(std::string_view name) { astring(utf8 ? std::string(name) : encode_utf7(name)); }
    void pattern(std::string_view name) {
        const auto text = utf8 ? std::string(name) : encode_utf7(name);
        if (is_all(text, class_list))
            out += text;
        else
            string(text);
    }

private:
    template <typename Items, typename Write>
    void list(const Items& items, Write write) {
        out += '(';
        bool first = true;
        for (const auto& item : items) {
            if (!std::exchange(first, false)) out += ' ';
            write(item);
        }
        out += ')';
    }
    void words(std::initializer_list<std::pair<bool, std::string_view>> all) {
        bool first = true;
        for (const auto& [there, word] : all) {
            if (!there) continue;
            if (!std::exchange(first, false)) out += ' ';
            out += word;
        }
    }
    void on_mailbox(std::string_view name, std::string_view box) {
        out += name;
        out += ' ';
        mailbox(box);
    }
    void on_set(std::string_view name, const SequenceSet& set) {
        out += name;
        out += ' ';
        write_sequence_set(out, set);
    }
    void status_items(StatusItems items) {
        constexpr std::string_view names[] = {"MESSAGES",  "RECENT",      "UIDNEXT",        "UIDVALIDITY",
                                              "UNSEEN",    "DELETED",     "SIZE",           "HIGHESTMODSEQ",
                                              "MAILBOXID", "APPENDLIMIT", "DELETED-STORAGE"};
        out += '(';
        bool first = true;
        for (std::size_t i = 0; i < std::size(names); ++i) {
            if ((items & (1u << i)) == 0) continue;
            if (!std::exchange(first, false)) out += ' ';
            out += names[i];
        }
        out += ')';
    }
    void notify_group(const NotifyGroup& group) {
        constexpr std::string_view filters[] = {"selected",   "selected-delayed", "inboxes",  "personal",
                                                "subscribed", "subtree",          "mailboxes"};
        constexpr std::string_view events[] = {"MessageNew",
                                               "MessageExpunge",
                                               "FlagChange",
                                               "AnnotationChange",
                                               "MailboxName",
                                               "SubscriptionChange",
                                               "MailboxMetadataChange",
                                               "ServerMetadataChange"};
        out += " (";
        out += filters[static_cast<std::size_t>(group.filter)];
        if (group.mailboxes.size() == 1) {
            out += ' ';
            mailbox(group.mailboxes.front());
        } else if (!group.mailboxes.empty()) {
            out += ' ';
            list(group.mailboxes, [&](const auto& name) { mailbox(name); });
        }
        if (group.events == 0) {
            out += " NONE)";
            return;
        }
        out += " (";
        bool first = true;
        for (std::size_t i = 0; i < std::size(events); ++i) {
            if ((group.events & (1u << i)) == 0) continue;
            if (!std::exchange(first, false)) out += ' ';
            out += events[i];
            if (i > 0 || group.new_items.empty()) continue;
            out += ' ';
            list(group.new_items, [&](const auto& item) { fetch_item(item); });
        }
        out += "))";
    }
    void search_return(const SearchReturn& r) {
        if (!r.given) return;
        out += "RETURN (";
        const auto begin = out.size();
        words({{r.min, "MIN"},
               {r.max, "MAX"},
               {r.all, "ALL"},
               {r.count, "COUNT"},
               {r.save, "SAVE"},
               {r.relevancy, "RELEVANCY"},
               {r.context, "CONTEXT"},
               {r.update, "UPDATE"}});
        if (!r.update_items.empty()) {
            out += ' ';
            list(r.update_items, [&](const auto& item) { fetch_item(item); });
        }
        if (r.partial) {
            out += out.size() > begin ? " PARTIAL " : "PARTIAL ";
            write_partial_range(out, *r.partial);
        }
        out += ") ";
    }
    void keys(const SearchKey& key, bool bare) {
        using Kind = SearchKey::Kind;
        static constexpr std::string_view names[] = {
            "ALL",       "",          "UID",         "ANSWERED",   "DELETED",    "DRAFT",
            "FLAGGED",   "SEEN",      "RECENT",      "UNANSWERED", "UNDELETED",  "UNDRAFT",
            "UNFLAGGED", "UNSEEN",    "NEW",         "OLD",        "KEYWORD",    "UNKEYWORD",
            "BCC",       "BODY",      "CC",          "FROM",       "HEADER",     "SUBJECT",
            "TEXT",      "TO",        "BEFORE",      "ON",         "SINCE",      "SENTBEFORE",
            "SENTON",    "SENTSINCE", "SAVEDBEFORE", "SAVEDON",    "SAVEDSINCE", "SAVEDATESUPPORTED",
            "LARGER",    "SMALLER",   "OLDER",       "YOUNGER",    "MODSEQ",     "EMAILID",
            "THREADID",  "",          "OR",          "NOT",        "FUZZY"};
        const auto kind = key.kind;
        out += names[static_cast<std::size_t>(kind)];
        switch (kind) {
        case Kind::sequence: write_sequence_set(out, key.set); return;
        case Kind::uid:
            out += ' ';
            write_sequence_set(out, key.set);
            return;
        case Kind::header:
            out += ' ';
            astring(key.name);
            [[fallthrough]];
        case Kind::bcc:
        case Kind::body:
        case Kind::cc:
        case Kind::from:
        case Kind::subject:
        case Kind::text:
        case Kind::to:
        case Kind::email_id:
        case Kind::thread_id:
            out += ' ';
            astring(key.text);
            return;
        case Kind::keyword:
        case Kind::unkeyword: out += " " + key.text; return;
        case Kind::before:
        case Kind::on:
        case Kind::since:
        case Kind::sent_before:
        case Kind::sent_on:
        case Kind::sent_since:
        case Kind::saved_before:
        case Kind::saved_on:
        case Kind::saved_since: out += " " + format_day(key.day); return;
        case Kind::mod_sequence:
            if (!key.name.empty()) {
                out += ' ';
                string(key.name);
                out += " " + key.text;
            }
            [[fallthrough]];
        case Kind::larger:
        case Kind::smaller:
        case Kind::older:
        case Kind::younger: out += " " + std::to_string(key.number); return;
        case Kind::and_:
            if (!bare) out += '(';
            for (std::size_t i = 0; i < key.keys.size(); ++i) {
                if (i > 0) out += ' ';
                keys(key.keys[i], false);
            }
            if (!bare) out += ')';
            return;
        case Kind::or_:
        case Kind::not_:
        case Kind::fuzzy:
            for (const auto& child : key.keys) {
                out += ' ';
                keys(child, false);
            }
            return;
        default: return;
        }
    }
    void fetch_item(const FetchItem& item) {
        using Kind = FetchItem::Kind;
        static constexpr std::string_view names[] = {
            "FLAGS",         "UID",    "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY",
            "BODYSTRUCTURE", "BODY",   "BINARY",       "BINARY.SIZE", "RFC822",   "RFC822.HEADER",
            "RFC822.TEXT",   "MODSEQ", "PREVIEW",      "SAVEDATE",    "EMAILID",  "THREADID"};
        out += names[static_cast<std::size_t>(item.kind)];
        if (item.lazy) out += " (LAZY)";
        if (item.kind != Kind::section && item.kind != Kind::binary && item.kind != Kind::binary_size) return;
        if (item.peek && item.kind != Kind::binary_size) out += ".PEEK";
        out += '[';
        for (std::size_t i = 0; i < item.section.part.size(); ++i)
            out += (i > 0 ? "." : "") + std::to_string(item.section.part[i]);
        constexpr std::string_view texts[] = {"",     "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT",
                                              "TEXT", "MIME"};
        const auto text = texts[static_cast<std::size_t>(item.section.text)];
        if (!text.empty() && !item.section.part.empty()) out += '.';
        out += text;
        if (!item.section.fields.empty()) {
            out += ' ';
            list(item.section.fields, [&](const auto& field) { astring(field); });
        }
        out += ']';
        if (item.range)
            out += "<" + std::to_string(item.range->offset) + "." + std::to_string(item.range->octets) + ">";
    }
};

inline std::string write_command(const Command& command, bool utf8 = false) {
    ClientWriter writer;
    writer.utf8 = utf8;
    std::visit([&](const auto& value) { writer(value); }, command);
    return writer.out;
}

} // namespace facteur::imap
