// GETMETADATA, SETMETADATA and the METADATA of LIST (RFC 5464, RFC 9590). Annotations are objects of the
// store, by the mailbox's number, 0 for the server's own, and the entry's name. For the
// owner of a mailbox /private and /shared are alike; those with whom it is shared see /shared alone.
#include "actors/clock.h"
#include "actors/session/imap/imap_session.h"
#include "transport/base/ascii.h"

#include <fmt/format.h>

#include <algorithm>

namespace facteur {
namespace {

// The special use of a mailbox is an entry too (RFC 6154 §4), which is read alone.
constexpr std::string_view special_use_entry = "/private/specialuse";

constexpr std::size_t longest_annotation = 65'536;
constexpr std::size_t longest_entry_name = 400;
constexpr std::size_t most_annotations = 200; // of one mailbox

bool is_entry_name(std::string_view name) {
    if (name.size() > longest_entry_name || name.back() == '/') return false;
    if (name.find("//") != std::string_view::npos || name.find_first_of("*%") != std::string_view::npos)
        return false;
    return ascii::has_prefix_text(name, "/private/") || ascii::has_prefix_text(name, "/shared/");
}

std::string annotation_id(store::MailboxId mailbox, std::string_view entry) {
    return fmt::format("{}{}", mailbox, ascii::lowered(entry));
}

// Whether `name` is the entry, or lies below it as far as `depth` says.
bool is_asked_for(std::string_view name, std::string_view entry, imap::MetadataOptions::Depth depth) {
    using Depth = imap::MetadataOptions::Depth;
    if (name == entry) return true;
    if (depth == Depth::zero || !name.starts_with(entry) || name[entry.size()] != '/') return false;
    return depth == Depth::infinity || name.find('/', entry.size() + 1) == std::string_view::npos;
}

} // namespace

std::optional<ImapSession::Annotated> ImapSession::annotated(const std::string& mailbox, Rights rights) {
    if (mailbox.empty()) return Annotated{places().own(), 0};
    const auto found = place(mailbox, rights);
    if (!found) return std::nullopt;
    return Annotated{found->view, found->mailbox()};
}

std::vector<imap::MetadataEntry> ImapSession::annotations(const AccountView& of, store::MailboxId mailbox) {
    std::vector<imap::MetadataEntry> all;
    const auto prefix = fmt::format("{}/", mailbox);
    const auto add = [&](std::string_view object, std::string_view value) {
        if (!object.starts_with(prefix)) return true;
        const auto name = object.substr(prefix.size() - 1);
        if (name != special_use_entry && (of.is_own || name.starts_with("/shared/")))
            all.push_back({std::string(name), std::string(value)});
        return true;
    };
    of.now().objects(of.account(), store::ObjectType::annotation, add);
    const auto* entry = of.is_own ? of.names->find(mailbox) : nullptr;
    if (const auto use = entry != nullptr ? special_use_of(entry->row.role) : std::string_view();
        !use.empty())
        all.push_back({std::string(special_use_entry), std::string(use)});
    return all;
}

void ImapSession::run(imap::command::GetMetadata& c) {
    const auto of = annotated(c.mailbox, right_read);
    if (!of) return;
    std::vector<imap::MetadataEntry> found;
    std::uint64_t longest = 0; // of those that are too long to be told
    const auto all = annotations(*of->view, of->mailbox);
    for (const auto& asked : c.entries) {
        const auto wanted = ascii::lowered(asked);
        bool any = false;
        for (const auto& entry : all) {
            if (!is_asked_for(entry.name, wanted, c.options.depth)) continue;
            any = true;
            if (c.options.max_size && entry.value->size() > *c.options.max_size)
                longest = std::max<std::uint64_t>(longest, entry.value->size());
            else
                found.push_back(entry);
        }
        if (!any && c.options.depth == imap::MetadataOptions::Depth::zero)
            found.push_back({asked, std::nullopt});
    }
    if (!found.empty()) imap::write_metadata(out_, c.mailbox, found, moment_.wire);
    if (longest > 0)
        return finish(Condition::ok, imap::code::metadata_long_entries(longest), "Some are longer");
    ok();
}

void ImapSession::run(imap::command::SetMetadata& c) {
    const auto of = annotated(c.mailbox, right_read | right_write);
    if (!of) return;
    PutAnnotations request;
    request.account = of->view->account();
    request.at = seconds_now();
    request.guard = guard(request.account, {{of->mailbox, right_read | right_write}});
    for (const auto& entry : c.entries) {
        if (entry.name.empty() || !is_entry_name(entry.name))
            return bad("An entry begins with /private/ or /shared/");
        if (!of->view->is_own && ascii::has_prefix_text(entry.name, "/private/"))
            return no("CANNOT", "Private annotations are kept of one's own mailboxes");
        if (ascii::same_text(entry.name, special_use_entry))
            return no("CANNOT", "The use of a mailbox is said when it is made, or in the web mail");
        if (!entry.value) {
            request.removed.push_back(annotation_id(of->mailbox, entry.name));
            continue;
        }
        if (entry.value->size() > longest_annotation)
            return no(imap::code::metadata_max_size(longest_annotation), "The value is too long");
        request.put.push_back(annotation_id(of->mailbox, entry.name));
        request.put.push_back(*entry.value);
    }
    if (annotations(*of->view, of->mailbox).size() + request.put.size() / 2 > most_annotations)
        return no("METADATA TOOMANY", "There are too many annotations");
    world_.annotate(std::move(request), [this](store::Result<EmailsChanged> changed) {
        if (!changed) return failed(changed.error());
        ok();
    });
}

// Those of RETURN (METADATA (…)): NIL is what is not there.
void ImapSession::write_metadata_of(const Place& place, const std::vector<std::string>& names) {
    std::vector<imap::MetadataEntry> found;
    const auto all = annotations(*place.view, place.mailbox());
    for (const auto& name : names) {
        const auto known = std::find_if(all.begin(), all.end(),
                                        [&](const auto& each) { return each.name == ascii::lowered(name); });
        found.push_back({name, known == all.end() ? std::nullopt : known->value});
    }
    imap::write_metadata(out_, place.entry->name, found, moment_.wire);
}

} // namespace facteur
