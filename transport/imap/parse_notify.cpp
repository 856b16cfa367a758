// NOTIFY (RFC 5465).
#include "transport/base/ascii.h"
#include "transport/imap/parse.h"

namespace facteur::imap {
namespace {

bool take_notify_event(Lexer& in, NotifyGroup& out) {
    constexpr std::pair<std::string_view, NotifyEvent> names[] = {
        {"MESSAGENEW", notify_message_new},
        {"MESSAGEEXPUNGE", notify_message_expunge},
        {"FLAGCHANGE", notify_flag_change},
        {"ANNOTATIONCHANGE", notify_annotation_change},
        {"MAILBOXNAME", notify_mailbox_name},
        {"SUBSCRIPTIONCHANGE", notify_subscription_change},
        {"MAILBOXMETADATACHANGE", notify_mailbox_metadata_change},
        {"SERVERMETADATACHANGE", notify_server_metadata_change},
    };
    const auto word = in.word();
    for (const auto& [name, event] : names) {
        if (!ascii::same_text(word, name)) continue;
        out.events = static_cast<std::uint8_t>(out.events | event);
        if (event != notify_message_new) return true;
        const auto before = in.at();
        if (!in.try_char(' ') || !in.peek('(')) {
            in.rewind(before);
            return true;
        }
        return in.take_list(1, [&] { return parse_fetch_item(in, out.new_items); });
    }
    return in.fail("Unknown event of NOTIFY");
}

bool take_notify_mailboxes(Lexer& in, NotifyGroup& out) {
    if (!in.take_space()) return false;
    if (in.peek('(')) return in.take_list(1, [&] { return in.take_mailbox(out.mailboxes.emplace_back()); });
    return in.take_mailbox(out.mailboxes.emplace_back());
}

bool take_notify_filter(Lexer& in, NotifyGroup& out) {
    using Filter = NotifyGroup::Filter;
    constexpr std::pair<std::string_view, Filter> names[] = {
        {"SELECTED", Filter::selected},     {"SELECTED-DELAYED", Filter::selected_delayed},
        {"INBOXES", Filter::inboxes},       {"PERSONAL", Filter::personal},
        {"SUBSCRIBED", Filter::subscribed}, {"SUBTREE", Filter::subtree},
        {"MAILBOXES", Filter::mailboxes},
    };
    const auto word = in.word();
    for (const auto& [name, filter] : names) {
        if (!ascii::same_text(word, name)) continue;
        out.filter = filter;
        if (filter == Filter::subtree || filter == Filter::mailboxes) return take_notify_mailboxes(in, out);
        return true;
    }
    return in.fail("Unknown filter of NOTIFY");
}

// RFC 5465 §5: new messages and expunges come together or not at all, and what depends on them with both.
bool check_notify_events(Lexer& in, const NotifyGroup& group) {
    const bool fresh = (group.events & notify_message_new) != 0;
    const bool gone = (group.events & notify_message_expunge) != 0;
    if (fresh != gone) return in.fail("MessageNew and MessageExpunge go together");
    if ((group.events & (notify_flag_change | notify_annotation_change)) != 0 && !fresh)
        return in.fail("FlagChange wants MessageNew and MessageExpunge");
    const bool selected = group.filter == NotifyGroup::Filter::selected ||
                          group.filter == NotifyGroup::Filter::selected_delayed;
    constexpr auto of_messages =
        notify_message_new | notify_message_expunge | notify_flag_change | notify_annotation_change;
    if (selected && (group.events & ~of_messages) != 0)
        return in.fail("A selected mailbox has events of messages alone");
    if (!selected && !group.new_items.empty())
        return in.fail("Only a selected mailbox has items of FETCH for new messages");
    return true;
}

bool take_notify_group(Lexer& in, NotifyGroup& out) {
    if (!in.take_char('(') || !take_notify_filter(in, out) || !in.take_space()) return false;
    if (in.peek('(')) {
        if (!in.take_list(1, [&] { return take_notify_event(in, out); })) return false;
    } else if (!in.try_word("NONE")) {
        return in.fail("Events of NOTIFY are expected");
    }
    return in.take_char(')') && check_notify_events(in, out);
}

} // namespace

bool parse_notify(Lexer& in, command::Notify& out) {
    if (!in.take_space()) return false;
    if (in.try_word("NONE")) return true;
    if (!in.try_word("SET")) return in.fail("NOTIFY wants SET or NONE");
    if (!in.take_space()) return false;
    if (in.try_word("STATUS")) {
        out.status = true;
        if (!in.take_space()) return false;
    }
    do {
        if (out.groups.size() == in.limits().list_items) return in.fail("There are too many event groups");
        if (!take_notify_group(in, out.groups.emplace_back())) return false;
    } while (in.try_char(' '));
    return true;
}

} // namespace facteur::imap
