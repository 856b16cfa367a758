#include "transport/imap/parse.h"

#include "transport/base/ascii.h"
#include "transport/base/base64.h"

#include <algorithm>
#include <array>

namespace facteur::imap {
namespace {

using CommandParser = bool (*)(Lexer&, Command&);

template <typename T>
bool parse_alone(Lexer&, Command& out) {
    out.emplace<T>();
    return true;
}

// Those whose one argument is a mailbox.
template <typename T>
bool parse_mailbox_alone(Lexer& in, Command& out) {
    return in.take_space() && in.take_mailbox(out.emplace<T>().mailbox);
}

template <typename T, bool (*Parse)(Lexer&, T&)>
bool parse_by(Lexer& in, Command& out) {
    return Parse(in, out.emplace<T>());
}

std::string uppered(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

// ---- not authenticated

bool parse_authenticate(Lexer& in, command::Authenticate& out) {
    if (!in.take_space() || !in.take_atom(out.mechanism)) return false;
    out.mechanism = uppered(out.mechanism);
    if (!in.try_char(' ')) return true;
    const auto text = in.rest();
    in.rewind(in.at() + text.size());
    if (text == "=") {
        out.initial.emplace();
        return true;
    }
    out.initial = decode_base64(text);
    return (out.initial && !text.empty()) || in.fail("The initial response is not base64");
}

bool parse_login(Lexer& in, command::Login& out) {
    return in.take_space() && in.take_astring(out.user) && in.take_space() && in.take_astring(out.password);
}

bool parse_id(Lexer& in, command::Id& out) {
    if (!in.take_space()) return false;
    if (!in.peek('(')) return in.try_word("NIL") || in.fail("ID wants a list or NIL");
    return in.take_list(0, [&] {
        auto& [name, value] = out.fields.emplace_back();
        if (out.fields.size() > 30) return in.fail("ID has more than 30 fields"); // RFC 2971 §3.3
        return in.take_string(name) && in.take_space() && in.take_nstring(value);
    });
}

// ---- authenticated

bool parse_enable(Lexer& in, command::Enable& out) {
    do {
        if (out.capabilities.size() == in.limits().list_items) return in.fail("There are too many");
        if (!in.take_space() || !in.take_atom(out.capabilities.emplace_back())) return false;
        out.capabilities.back() = uppered(out.capabilities.back());
    } while (!in.at_end());
    return true;
}

bool parse_compress(Lexer& in, command::Compress& out) {
    if (!in.take_space() || !in.take_atom(out.mechanism)) return false;
    out.mechanism = uppered(out.mechanism);
    return true;
}

bool parse_qresync(Lexer& in, command::QResync& out) {
    if (!in.take_char('(') || !in.take_nz_number(out.uid_validity) || !in.take_space() ||
        !in.take_number64(out.modseq))
        return false;
    if (in.peek(' ')) {
        in.take_space();
        if (!in.peek('(') && !in.take_set(out.known_uids.emplace())) return false;
        if (in.peek('(') || in.try_char(' ')) {
            auto& [numbers, uids] = out.matching.emplace();
            if (!in.take_char('(') || !in.take_set(numbers) || !in.take_space() || !in.take_set(uids) ||
                !in.take_char(')'))
                return false;
        }
    }
    // RFC 7162 §7: known sets have neither "*" nor "$".
    const auto known = [](const SequenceSet& set) {
        return !set.saved && std::none_of(set.ranges.begin(), set.ranges.end(), [](const NumberRange& r) {
            return r.first == star || r.last == star;
        });
    };
    if ((out.known_uids && !known(*out.known_uids)) ||
        (out.matching && (!known(out.matching->first) || !known(out.matching->second))))
        return in.fail("Known numbers are numbers");
    return in.take_char(')');
}

bool parse_select_parameter(Lexer& in, command::Select& out) {
    if (in.try_word("CONDSTORE")) return out.condstore = true;
    if (!in.try_word("QRESYNC")) return in.fail("Unknown parameter of SELECT");
    if (out.qresync) return in.fail("QRESYNC is there twice");
    return in.take_space() && parse_qresync(in, out.qresync.emplace());
}

template <bool Examine>
bool parse_select(Lexer& in, command::Select& out) {
    out.examine = Examine;
    if (!in.take_space() || !in.take_mailbox(out.mailbox)) return false;
    return in.at_end() ||
           (in.take_space() && in.take_list(1, [&] { return parse_select_parameter(in, out); }));
}

bool parse_create(Lexer& in, command::Create& out) {
    if (!in.take_space() || !in.take_mailbox(out.mailbox)) return false;
    if (out.mailbox.size() > 1 && out.mailbox.ends_with('/')) {
        out.as_parent = true;
        out.mailbox.pop_back();
    }
    if (in.at_end()) return true;
    return in.take_space() && in.take_list(1, [&] {
        if (!in.try_word("USE")) return in.fail("Unknown parameter of CREATE");
        return in.take_space() && in.take_flag_list(out.uses);
    });
}

bool parse_rename(Lexer& in, command::Rename& out) {
    return in.take_space() && in.take_mailbox(out.from) && in.take_space() && in.take_mailbox(out.to);
}

bool parse_lsub(Lexer& in, command::Lsub& out) {
    return in.take_space() && in.take_mailbox(out.reference) && in.take_space() &&
           in.take_list_mailbox(out.pattern);
}

bool parse_status(Lexer& in, command::Status& out) {
    return in.take_space() && in.take_mailbox(out.mailbox) && in.take_space() &&
           parse_status_items(in, out.items);
}

// ---- quotas and rights

bool parse_get_quota(Lexer& in, command::GetQuota& out) {
    return in.take_space() && in.take_astring(out.root);
}

bool parse_set_quota(Lexer& in, command::SetQuota& out) {
    return in.take_space() && in.take_astring(out.root) && in.take_space() && in.take_list(0, [&] {
        auto& [resource, limit] = out.limits.emplace_back();
        if (!in.take_atom(resource) || !in.take_space() || !in.take_number64(limit)) return false;
        resource = uppered(resource);
        return true;
    });
}

bool parse_set_acl(Lexer& in, command::SetAcl& out) {
    if (!in.take_space() || !in.take_mailbox(out.mailbox) || !in.take_space() ||
        !in.take_astring(out.identifier) || !in.take_space() || !in.take_astring(out.rights))
        return false;
    if (out.rights.starts_with('+') || out.rights.starts_with('-')) {
        out.how = out.rights.front() == '+' ? command::SetAcl::How::add : command::SetAcl::How::remove;
        out.rights.erase(0, 1);
    }
    const bool good = std::all_of(out.rights.begin(), out.rights.end(),
                                  [](char c) { return (c >= 'a' && c <= 'z') || ascii::is_digit(c); });
    return good || in.fail("Rights are lower case letters and digits");
}

template <typename T>
bool parse_mailbox_and_identifier(Lexer& in, Command& out) {
    auto& value = out.emplace<T>();
    return in.take_space() && in.take_mailbox(value.mailbox) && in.take_space() &&
           in.take_astring(value.identifier);
}

// ---- selected

bool parse_cancel_update(Lexer& in, command::CancelUpdate& out) {
    do {
        if (out.tags.size() == in.limits().list_items) return in.fail("There are too many tags");
        if (!in.take_space() || !in.take_string(out.tags.emplace_back())) return false;
    } while (!in.at_end());
    return true;
}

bool parse_store_modifiers(Lexer& in, command::Store& out) {
    if (!in.peek('(')) return true;
    return in.take_list(1, [&] {
        std::uint64_t modseq = 0;
        if (!in.try_word("UNCHANGEDSINCE")) return in.fail("Unknown modifier of STORE");
        if (!in.take_space() || !in.take_number64(modseq)) return false;
        out.unchanged_since = modseq;
        return true;
    }) && in.take_space();
}

bool parse_store(Lexer& in, command::Store& out) {
    if (!in.take_space() || !in.take_set(out.set) || !in.take_space() || !parse_store_modifiers(in, out))
        return false;
    auto word = in.word();
    if (word.starts_with('+') || word.starts_with('-')) {
        out.how = word.front() == '+' ? command::Store::How::add : command::Store::How::remove;
        word.remove_prefix(1);
    }
    out.silent = ascii::same_text(word, "FLAGS.SILENT");
    if (!out.silent && !ascii::same_text(word, "FLAGS")) return in.fail("Unknown item of STORE");
    if (!in.take_space()) return false;
    if (in.peek('(')) return in.take_flag_list(out.flags);
    do {
        if (out.flags.size() == in.limits().list_items) return in.fail("There are too many flags");
        if (!in.take_flag(out.flags.emplace_back())) return false;
    } while (in.try_char(' '));
    return true;
}

template <typename T>
bool parse_set_and_mailbox(Lexer& in, Command& out) {
    auto& value = out.emplace<T>();
    return in.take_space() && in.take_set(value.set) && in.take_space() && in.take_mailbox(value.mailbox);
}

struct CommandName {
    std::string_view name;
    CommandParser parse;
    bool has_uid = false; // "UID …" is a command too
};

// In the order of their names.
constexpr std::array command_names = {
    CommandName{"AUTHENTICATE", parse_by<command::Authenticate, parse_authenticate>},
    CommandName{"CANCELUPDATE", parse_by<command::CancelUpdate, parse_cancel_update>},
    CommandName{"CAPABILITY", parse_alone<command::Capability>},
    CommandName{"CHECK", parse_alone<command::Check>},
    CommandName{"CLOSE", parse_alone<command::Close>},
    CommandName{"COMPRESS", parse_by<command::Compress, parse_compress>},
    CommandName{"COPY", parse_set_and_mailbox<command::Copy>, true},
    CommandName{"CREATE", parse_by<command::Create, parse_create>},
    CommandName{"DELETE", parse_mailbox_alone<command::Delete>},
    CommandName{"DELETEACL", parse_mailbox_and_identifier<command::DeleteAcl>},
    CommandName{"ENABLE", parse_by<command::Enable, parse_enable>},
    CommandName{"EXAMINE", parse_by<command::Select, parse_select<true>>},
    CommandName{"EXPUNGE", parse_alone<command::Expunge>, true},
    CommandName{"FETCH", parse_by<command::Fetch, parse_fetch>, true},
    CommandName{"GETACL", parse_mailbox_alone<command::GetAcl>},
    CommandName{"GETJMAPACCESS", parse_alone<command::GetJmapAccess>},
    CommandName{"GETMETADATA", parse_by<command::GetMetadata, parse_get_metadata>},
    CommandName{"GETQUOTA", parse_by<command::GetQuota, parse_get_quota>},
    CommandName{"GETQUOTAROOT", parse_mailbox_alone<command::GetQuotaRoot>},
    CommandName{"ID", parse_by<command::Id, parse_id>},
    CommandName{"IDLE", parse_alone<command::Idle>},
    CommandName{"LIST", parse_by<command::List, parse_list>},
    CommandName{"LISTRIGHTS", parse_mailbox_and_identifier<command::ListRights>},
    CommandName{"LOGIN", parse_by<command::Login, parse_login>},
    CommandName{"LOGOUT", parse_alone<command::Logout>},
    CommandName{"LSUB", parse_by<command::Lsub, parse_lsub>},
    CommandName{"MOVE", parse_set_and_mailbox<command::Move>, true},
    CommandName{"MYRIGHTS", parse_mailbox_alone<command::MyRights>},
    CommandName{"NAMESPACE", parse_alone<command::Namespace>},
    CommandName{"NOOP", parse_alone<command::Noop>},
    CommandName{"NOTIFY", parse_by<command::Notify, parse_notify>},
    CommandName{"RENAME", parse_by<command::Rename, parse_rename>},
    CommandName{"SEARCH", parse_by<command::Search, parse_search>, true},
    CommandName{"SELECT", parse_by<command::Select, parse_select<false>>},
    CommandName{"SETACL", parse_by<command::SetAcl, parse_set_acl>},
    CommandName{"SETMETADATA", parse_by<command::SetMetadata, parse_set_metadata>},
    CommandName{"SETQUOTA", parse_by<command::SetQuota, parse_set_quota>},
    CommandName{"SORT", parse_by<command::Sort, parse_sort>, true},
    CommandName{"STARTTLS", parse_alone<command::StartTls>},
    CommandName{"STATUS", parse_by<command::Status, parse_status>},
    CommandName{"STORE", parse_by<command::Store, parse_store>, true},
    CommandName{"SUBSCRIBE", parse_mailbox_alone<command::Subscribe>},
    CommandName{"THREAD", parse_by<command::Thread, parse_thread>, true},
    CommandName{"UNSELECT", parse_alone<command::Unselect>},
    CommandName{"UNSUBSCRIBE", parse_mailbox_alone<command::Unsubscribe>},
};
static_assert(std::is_sorted(command_names.begin(), command_names.end(),
                             [](const CommandName& a, const CommandName& b) { return a.name < b.name; }));

const CommandName* command_named(std::string_view word) {
    std::array<char, 16> buffer{};
    if (word.empty() || word.size() > buffer.size()) return nullptr;
    std::transform(word.begin(), word.end(), buffer.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    const std::string_view upper(buffer.data(), word.size());
    const auto found = std::lower_bound(command_names.begin(), command_names.end(), upper,
                                        [](const CommandName& a, std::string_view b) { return a.name < b; });
    return found != command_names.end() && found->name == upper ? &*found : nullptr;
}

void mark_uid(Command& command) {
    std::visit(
        [](auto& value) {
            if constexpr (requires { value.uid = true; }) value.uid = true;
        },
        command);
}

// A command after its tag and space.
bool parse_untagged(Lexer& in, Command& out) {
    auto word = in.word();
    const bool uid = ascii::same_text(word, "UID");
    if (uid) {
        if (!in.take_space()) return false;
        word = in.word();
    }
    const auto* found = command_named(word);
    if (found == nullptr || (uid && !found->has_uid)) return in.fail("Unknown command");
    if (uid && found->name == "EXPUNGE") { // RFC 4315 §2.1
        auto& expunge = out.emplace<command::Expunge>();
        return in.take_space() && in.take_set(expunge.uids.emplace()) && in.take_end();
    }
    if (uid && found->name == "FETCH") { // some modifiers want to know
        auto& fetch = out.emplace<command::Fetch>();
        fetch.uid = true;
        return parse_fetch(in, fetch) && in.take_end();
    }
    if (!found->parse(in, out)) return false;
    if (uid) mark_uid(out);
    return in.take_end();
}

} // namespace

std::string_view tag_of(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && is_of(text[size], class_tag))
        ++size;
    return size < text.size() && text[size] == ' ' ? text.substr(0, size) : std::string_view{};
}

std::variant<ParsedCommand, ParseError> parse_command(std::string_view text, const Grammar& grammar) {
    const auto tag = tag_of(text);
    if (tag.empty()) return ParseError{"", "A command begins with a tag"};
    ParsedCommand parsed;
    parsed.tag = tag;
    Lexer in(text, grammar);
    in.rewind(tag.size() + 1);
    if (!parse_untagged(in, parsed.command)) return ParseError{std::move(parsed.tag), in.error()};
    return parsed;
}

} // namespace facteur::imap
