// LIST with its options, STATUS items.
#include "transport/base/ascii.h"
#include "transport/imap/parse.h"

namespace facteur::imap {
namespace {

bool take_list_selection(Lexer& in, ListOptions& out) {
    const auto word = in.word();
    const auto is = [&](std::string_view name) { return ascii::same_text(word, name); };
    if (is("SUBSCRIBED")) return out.subscribed = true;
    if (is("REMOTE")) return out.remote = true;
    if (is("RECURSIVEMATCH")) return out.recursive_match = true;
    if (is("SPECIAL-USE")) return out.special_use = true;
    return in.fail("Unknown selection option of LIST");
}

bool take_list_return(Lexer& in, ListOptions& out) {
    const auto word = in.word();
    const auto is = [&](std::string_view name) { return ascii::same_text(word, name); };
    if (is("SUBSCRIBED")) return out.return_subscribed = true;
    if (is("CHILDREN")) return out.return_children = true;
    if (is("SPECIAL-USE")) return out.return_special_use = true;
    if (is("MYRIGHTS")) return out.return_my_rights = true;
    if (is("STATUS")) return in.take_space() && parse_status_items(in, out.return_status);
    if (is("METADATA"))
        return in.take_space() &&
               in.take_list(1, [&] { return in.take_astring(out.return_metadata.emplace_back()); });
    return in.fail("Unknown return option of LIST");
}

bool take_status_item(Lexer& in, StatusItems& out) {
    constexpr std::pair<std::string_view, StatusItem> names[] = {
        {"MESSAGES", status_messages},
        {"RECENT", status_recent},
        {"UIDNEXT", status_uid_next},
        {"UIDVALIDITY", status_uid_validity},
        {"UNSEEN", status_unseen},
        {"DELETED", status_deleted},
        {"SIZE", status_size},
        {"HIGHESTMODSEQ", status_highest_modseq},
        {"MAILBOXID", status_mailbox_id},
        {"APPENDLIMIT", status_append_limit},
        {"DELETED-STORAGE", status_deleted_storage},
    };
    const auto word = in.word();
    for (const auto& [name, item] : names) {
        if (!ascii::same_text(word, name)) continue;
        out = static_cast<StatusItems>(out | item);
        return true;
    }
    return in.fail("Unknown item of STATUS");
}

} // namespace

bool parse_status_items(Lexer& in, StatusItems& out) {
    return in.take_list(1, [&] { return take_status_item(in, out); });
}

bool parse_list(Lexer& in, command::List& out) {
    auto& options = out.options;
    if (!in.take_space()) return false;
    if (in.peek('(')) {
        options.extended = true;
        if (!in.take_list(0, [&] { return take_list_selection(in, options); }) || !in.take_space())
            return false;
        // RFC 5258 §3: RECURSIVEMATCH modifies a base option.
        if (options.recursive_match && !options.subscribed && !options.special_use)
            return in.fail("RECURSIVEMATCH wants another selection option");
    }
    if (!in.take_mailbox(out.reference) || !in.take_space()) return false;
    if (in.peek('(')) {
        options.extended = true;
        if (!in.take_list(1, [&] { return in.take_list_mailbox(out.patterns.emplace_back()); })) return false;
    } else if (!in.take_list_mailbox(out.patterns.emplace_back())) {
        return false;
    }
    if (in.at_end()) return true;
    options.extended = true;
    if (!in.take_space()) return false;
    if (!in.try_word("RETURN")) return in.fail("RETURN is expected");
    return in.take_space() && in.take_list(0, [&] { return take_list_return(in, options); });
}

} // namespace facteur::imap
