// What a server says, read and written again by our writers, for tests alone: a line of an RFC's example that
// comes back as it was is one that Facteur can say in that form.
#pragma once

#include "tests/transport/imap/server_fetch.h"
#include "transport/imap/response.h"
#include "transport/imap/thread.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::imap {

class ServerReader {
public:
    // `response` with its literals, without its last line end. Nothing: we have no writer for that.
    static std::optional<std::string> rewrite(std::string_view response) {
        ServerReader reader;
        std::string out;
        if (!reader.response(response, out) || reader.values_.bad) return {};
        return out;
    }

private:
    using Nodes = std::vector<ServerNode>;

    bool response(std::string_view text, std::string& out) {
        if (text == "+" || text.starts_with("+ ")) {
            write_continuation(out, text.substr(std::min<std::size_t>(2, text.size())));
            return true;
        }
        const auto space = text.find(' ');
        if (space == std::string_view::npos) return false;
        const auto tag = text.substr(0, space);
        const auto rest = text.substr(space + 1);
        for (const auto& [name, condition] : conditions)
            if (rest == name || rest.starts_with(std::string(name) + " "))
                return status(out, tag, condition, rest.substr(std::min(name.size() + 1, rest.size())));
        if (tag != "*") return false;
        const auto nodes = ServerNodes::read(rest);
        if (!nodes || nodes->empty()) return false;
        return data(*nodes, out);
    }

    // ---- conditions

    static constexpr std::array<std::pair<std::string_view, Condition>, 5> conditions{{
        {"OK", Condition::ok},
        {"NO", Condition::no},
        {"BAD", Condition::bad},
        {"PREAUTH", Condition::preauth},
        {"BYE", Condition::bye},
    }};
    // Codes without arguments that Facteur gives.
    static constexpr std::array<std::string_view, 27> plain_codes{
        "ALREADYEXISTS",
        "AUTHENTICATIONFAILED",
        "AUTHORIZATIONFAILED",
        "CANNOT",
        "CLIENTBUG",
        "CLOSED",
        "COMPRESSIONACTIVE",
        "CONTACTADMIN",
        "EXPUNGEISSUED",
        "HASCHILDREN",
        "INUSE",
        "LIMIT",
        "METADATA TOOMANY",
        "NONEXISTENT",
        "NOPERM",
        "NOTIFICATIONOVERFLOW",
        "OVERQUOTA",
        "PRIVACYREQUIRED",
        "READ-ONLY",
        "READ-WRITE",
        "SERVERBUG",
        "TOOBIG",
        "TRYCREATE",
        "UIDREQUIRED",
        "UNAVAILABLE",
        "UNKNOWN-CTE",
        "USEATTR",
    };

    bool status(std::string& out, std::string_view tag, Condition condition, std::string_view text) {
        std::string code;
        if (text.starts_with('[')) {
            const auto end = text.find(']');
            if (end == std::string_view::npos) return false;
            if (!this->code(text.substr(1, end - 1), code)) return false;
            text = text.substr(end + 1);
            if (!text.empty()) text.remove_prefix(1);
        }
        write_condition(out, tag, condition, code, text);
        return true;
    }
    bool code(std::string_view text, std::string& out) {
        if (std::ranges::find(plain_codes, text) != plain_codes.end()) {
            out = text;
            return true;
        }
        const auto nodes = ServerNodes::read(text);
        if (!nodes || nodes->size() < 2) return false;
        const auto& n = *nodes;
        const auto name = n[0].text;
        if (name == "UIDVALIDITY")
            out = code::uid_validity(values_.number32(n[1]));
        else if (name == "UIDNEXT")
            out = code::uid_next(values_.number32(n[1]));
        else if (name == "UNSEEN")
            out = code::unseen(values_.number32(n[1]));
        else if (name == "HIGHESTMODSEQ")
            out = code::highest_modseq(values_.number(n[1]));
        else if (name == "PERMANENTFLAGS")
            out = code::permanent_flags(values_.texts(n[1].items));
        else if (name == "APPENDUID" && n.size() == 3)
            out = code::append_uid(values_.number32(n[1]), values_.numbers(n[2].text));
        else if (name == "COPYUID" && n.size() == 4)
            out = code::copy_uid(values_.number32(n[1]), values_.numbers(n[2].text),
                                 values_.numbers(n[3].text));
        else if (name == "MODIFIED")
            out = code::modified(values_.ranges(n[1].text));
        else if (name == "BADCHARSET" && n[1].is_list())
            out = code::bad_charset(values_.texts(n[1].items));
        else if (name == "CAPABILITY")
            out = code::capability(values_.strings(n, 1));
        else if (name == "MAILBOXID" && n[1].items.size() == 1)
            out = code::mailbox_id(n[1].items[0].text);
        else if (name == "BADURL")
            out = code::bad_url(text.substr(name.size() + 1));
        else if (name == "NOUPDATE")
            out = code::no_update(n[1].text);
        else if (name == "INPROGRESS" && n[1].items.size() == 3)
            out = code::in_progress(n[1].items[0].text, optional_number(n[1].items[1]),
                                    optional_number(n[1].items[2]));
        else if (name == "METADATA" && n.size() == 3 && n[1].text == "LONGENTRIES")
            out = code::metadata_long_entries(values_.number(n[2]));
        else if (name == "METADATA" && n.size() == 3 && n[1].text == "MAXSIZE")
            out = code::metadata_max_size(values_.number(n[2]));
        else
            return false;
        return true;
    }

    std::optional<std::uint64_t> optional_number(const ServerNode& node) {
        return node.is_nil() ? std::nullopt : std::optional(values_.number(node));
    }

    // ---- data

    bool data(const Nodes& n, std::string& out) {
        const auto& name = n[0].text;
        if (!name.empty() && ascii::is_digit(name.front())) return numbered(n, out);
        if (name == "CAPABILITY")
            write_capability(out, values_.strings(n, 1));
        else if (name == "ENABLED")
            write_enabled(out, values_.strings(n, 1));
        else if (name == "FLAGS" && n.size() == 2)
            write_flags(out, values_.texts(n[1].items));
        else if (name == "SEARCH" || name == "SORT")
            return numbers(n, out);
        else if (name == "VANISHED" && n.size() >= 2)
            write_vanished(out, n.size() == 3, values_.ranges(n.back().text));
        else if (name == "NAMESPACE" && n.size() == 4)
            return spaces(n, out);
        else if (name == "LIST" || name == "LSUB")
            return list(n, out);
        else if (name == "STATUS" && n.size() == 3)
            return status(n, out);
        else if (name == "ESEARCH")
            return esearch(n, out);
        else if (name == "THREAD")
            return thread(n, out);
        else if (name == "QUOTA" && n.size() == 3)
            return quota(n, out);
        else if (name == "QUOTAROOT" && n.size() >= 2)
            write_quota_root(out, n[1].text, values_.texts(n, 2));
        else if (name == "ACL" && n.size() % 2 == 0)
            write_acl(out, n[1].text, pairs(n, 2));
        else if (name == "LISTRIGHTS" && n.size() >= 4)
            write_list_rights(out, n[1].text, n[2].text, n[3].text, values_.texts(n, 4));
        else if (name == "MYRIGHTS" && n.size() == 3)
            write_my_rights(out, n[1].text, n[2].text);
        else if (name == "METADATA" && n.size() >= 3)
            return metadata(n, out);
        else if (name == "JMAPACCESS" && n.size() == 2)
            write_jmap_access(out, n[1].text);
        else if (name == "ID" && n.size() == 2)
            write_id(out, pairs(n[1].items, 0));
        else
            return false;
        return true;
    }

    bool numbered(const Nodes& n, std::string& out) {
        const auto number = values_.number32(n[0]);
        const std::string_view name = n.size() > 1 ? std::string_view(n[1].text) : "";
        if (name == "EXISTS")
            write_exists(out, number);
        else if (name == "RECENT")
            write_recent(out, number);
        else if (name == "EXPUNGE")
            write_expunge(out, number);
        else if ((name == "FETCH" || name == "UIDFETCH") && n.size() == 3)
            return ServerFetch(values_).write(
                out, number, name == "FETCH" ? FetchWriter::By::number : FetchWriter::By::uid, n[2]);
        else
            return false;
        return true;
    }
    bool numbers(const Nodes& n, std::string& out) {
        std::vector<std::uint32_t> numbers;
        std::optional<std::uint64_t> modseq;
        for (std::size_t i = 1; i < n.size(); ++i)
            if (!n[i].is_list())
                numbers.push_back(values_.number32(n[i]));
            else if (n[i].items.size() == 2)
                modseq = values_.number(n[i].items[1]);
        n[0].text == "SORT" ? write_sort(out, numbers, modseq) : write_search(out, numbers, modseq);
        return true;
    }
    bool spaces(const Nodes& n, std::string& out) {
        NamespaceResponse response;
        std::vector<NamespaceEntry>* const lists[] = {&response.personal, &response.others, &response.shared};
        for (std::size_t i = 0; i < 3; ++i)
            for (const auto& entry : n[i + 1].items) {
                if (entry.items.size() != 2) return false; // we have no extension data
                lists[i]->push_back({entry.items[0].text, separator(entry.items[1])});
            }
        write_namespace(out, response);
        return true;
    }
    char separator(const ServerNode& node) {
        if (node.is_nil()) return '\0';
        values_.bad |= node.text.size() != 1;
        return node.text.empty() ? '\0' : node.text.front();
    }
    bool list(const Nodes& n, std::string& out) {
        if (n.size() < 4) return false;
        ListResponse response{values_.texts(n[1].items), separator(n[2]), n[3].text, {}, {}};
        for (std::size_t i = 0; n.size() > 4 && i + 1 < n[4].items.size(); i += 2) {
            const auto& value = n[4].items[i + 1];
            if (n[4].items[i].text == "CHILDINFO")
                response.child_info = values_.texts(value.items);
            else if (n[4].items[i].text == "OLDNAME" && value.items.size() == 1)
                response.old_name = value.items[0].text;
            else
                return false;
        }
        n[0].text == "LIST" ? write_list(out, response) : write_lsub(out, response);
        return true;
    }
    bool status(const Nodes& n, std::string& out) {
        StatusResponse response;
        response.mailbox = n[1].text;
        const auto& items = n[2].items;
        const std::pair<std::string_view, std::uint64_t*> names[] = {
            {"MESSAGES", &response.messages},
            {"RECENT", &response.recent},
            {"UIDNEXT", &response.uid_next},
            {"UIDVALIDITY", &response.uid_validity},
            {"UNSEEN", &response.unseen},
            {"DELETED", &response.deleted},
            {"SIZE", &response.size},
            {"HIGHESTMODSEQ", &response.highest_modseq},
            {"DELETED-STORAGE", &response.deleted_storage}};
        const StatusItem bits[] = {status_messages,     status_recent,         status_uid_next,
                                   status_uid_validity, status_unseen,         status_deleted,
                                   status_size,         status_highest_modseq, status_deleted_storage};
        for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
            const auto found =
                std::ranges::find(names, items[i].text, [](const auto& entry) { return entry.first; });
            if (found != std::end(names)) {
                *found->second = values_.number(items[i + 1]);
                response.items |= bits[found - std::begin(names)];
            } else if (items[i].text == "MAILBOXID" && items[i + 1].items.size() == 1) {
                response.mailbox_id = items[i + 1].items[0].text;
                response.items |= status_mailbox_id;
            } else if (items[i].text == "APPENDLIMIT") {
                if (!items[i + 1].is_nil()) response.append_limit = values_.number(items[i + 1]);
                response.items |= status_append_limit;
            } else
                return false;
        }
        write_status(out, response);
        return true;
    }
    bool esearch(const Nodes& n, std::string& out) {
        EsearchResponse response;
        std::size_t at = 1;
        if (at < n.size() && n[at].is_list()) {
            if (n[at].items.size() != 2) return false;
            response.tag = n[at++].items[1].text;
        }
        if (at < n.size() && n[at].text == "UID") {
            response.uid = true;
            ++at;
        }
        for (; at + 1 < n.size(); at += 2) {
            const auto& name = n[at].text;
            const auto& value = n[at + 1];
            if (name == "MIN")
                response.min = values_.number32(value);
            else if (name == "MAX")
                response.max = values_.number32(value);
            else if (name == "COUNT")
                response.count = values_.number(value);
            else if (name == "ALL")
                response.all = values_.numbers(value.text);
            else if (name == "MODSEQ")
                response.modseq = values_.number(value);
            else if (name == "PARTIAL" && value.items.size() == 2) {
                response.partial = parse_partial_range(value.items[0].text);
                if (!value.items[1].is_nil()) response.partial_numbers = values_.numbers(value.items[1].text);
            } else if (name == "RELEVANCY")
                for (const auto& score : value.items)
                    response.relevancy.push_back(values_.number32(score));
            else if (name == "ADDTO" || name == "REMOVEFROM")
                for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
                    response.changes.push_back({name == "REMOVEFROM", values_.number32(value.items[i]),
                                                values_.numbers(value.items[i + 1].text)});
            else
                return false;
        }
        if (at != n.size()) return false;
        write_esearch(out, response);
        return true;
    }
    bool thread(const Nodes& n, std::string& out) {
        ThreadTree tree;
        for (std::size_t i = 1; i < n.size(); ++i)
            branch(n[i], tree, tree.roots);
        write_thread(out, tree);
        return true;
    }
    // "3 6 (4 23)(44 7 96)": each number is the child of the one before, lists are children of the last.
    void branch(const ServerNode& list, ThreadTree& tree, std::vector<std::uint32_t>& siblings) {
        std::optional<std::uint32_t> last;
        std::vector<std::uint32_t> children;
        const auto add = [&](std::uint32_t number) {
            const auto index = static_cast<std::uint32_t>(tree.nodes.size());
            tree.nodes.push_back({number, {}});
            if (last)
                tree.nodes[*last].children.push_back(index);
            else
                siblings.push_back(index);
            last = index;
        };
        if (!list.items.empty() && list.items.front().is_list()) add(0); // its parent is not there
        for (const auto& item : list.items)
            if (item.is_list())
                branch(item, tree, children);
            else
                add(values_.number32(item));
        if (last)
            tree.nodes[*last].children.insert(tree.nodes[*last].children.end(), children.begin(),
                                              children.end());
    }
    bool quota(const Nodes& n, std::string& out) {
        std::vector<QuotaResource> resources;
        const auto& items = n[2].items;
        for (std::size_t i = 0; i + 2 < items.size(); i += 3)
            resources.push_back({items[i].text, values_.number(items[i + 1]), values_.number(items[i + 2])});
        write_quota(out, n[1].text, resources);
        return true;
    }
    bool metadata(const Nodes& n, std::string& out) {
        if (!n[2].is_list()) {
            write_metadata_changed(out, n[1].text, values_.texts(n, 2));
            return true;
        }
        std::vector<MetadataEntry> entries;
        for (std::size_t i = 0; i + 1 < n[2].items.size(); i += 2) {
            const auto& value = n[2].items[i + 1];
            entries.push_back(
                {n[2].items[i].text, value.is_nil() ? std::nullopt : std::optional<std::string>(value.text)});
        }
        write_metadata(out, n[1].text, entries);
        return true;
    }
    std::vector<std::pair<std::string_view, std::string_view>> pairs(const Nodes& n, std::size_t from) {
        std::vector<std::pair<std::string_view, std::string_view>> out;
        for (auto i = from; i + 1 < n.size(); i += 2)
            out.emplace_back(values_.keep(n[i].text), values_.keep(n[i + 1].text));
        return out;
    }

    NodeValues values_;
};

} // namespace facteur::imap
