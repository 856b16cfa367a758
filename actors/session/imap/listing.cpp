// LIST, LSUB, NAMESPACE (RFC 9051 §6.3.9, RFC 5258, RFC 6154, RFC 5819, RFC 8440).
#include "actors/session/imap/imap_session.h"
#include "actors/session/imap/mailbox_status.h"
#include "actors/session/imap/places.h"
#include "transport/imap/capability.h"
#include "transport/imap/mailbox_name.h"

#include <algorithm>
#include <set>

namespace facteur {
namespace {

// One name that LIST may tell: a mailbox, or a level above mailboxes of others which is none.
struct Listed {
    std::string_view name;
    Places::View view;                          // null: a level
    const MailboxNames::Entry* entry = nullptr; // of the view

    [[nodiscard]] bool is_subscribed() const { return entry != nullptr && entry->row.subscribed; }
    [[nodiscard]] std::string_view use() const {
        return entry != nullptr ? special_use_of(entry->row.role) : std::string_view();
    }
};

bool is_below(const Listed& listed, const Listed& above) {
    return listed.name.size() > above.name.size() && listed.name.starts_with(above.name) &&
           listed.name[above.name.size()] == mailbox_separator;
}

// All names that the patterns may mean, parents before their children.
class Listing {
public:
    Listing(const Places& places, const std::vector<std::string>& patterns) {
        add(places.own());
        std::vector<Places::View> others;
        for (const auto& pattern : patterns)
            if (others.empty()) others = places.others(pattern);
        for (const auto& view : others)
            add(view);
    }

    [[nodiscard]] const std::vector<Listed>& all() const { return all_; }

private:
    void add(const Places::View& view) {
        for (const auto& entry : view->names->all()) {
            if (!view->is_own) add_levels(entry.name);
            all_.push_back({entry.name, view, &entry});
            names_.insert(entry.name);
        }
    }
    // Those above it that are not there, or not for this user.
    void add_levels(std::string_view name) {
        for (auto end = name.find(mailbox_separator); end != std::string_view::npos;
             end = name.find(mailbox_separator, end + 1))
            if (names_.insert(name.substr(0, end)).second) all_.push_back({name.substr(0, end), nullptr});
    }

    std::vector<Listed> all_;
    std::set<std::string_view> names_;
};

class Lister {
public:
    Lister(const Listing& listing, const imap::command::List& command, std::vector<std::string> patterns,
           bool rev2)
        : all_(listing.all()), options_(command.options), patterns_(std::move(patterns)), rev2_(rev2) {}

    // What the answer says of the name; nothing: it is not in it.
    [[nodiscard]] std::optional<imap::ListResponse> response(const Listed& listed) const {
        if (!matches(listed)) return std::nullopt;
        const bool chosen = is_chosen(listed);
        std::vector<std::string_view> child_info;
        if (options_.recursive_match && has_chosen_child(listed)) child_info.push_back("SUBSCRIBED");
        if (!chosen && child_info.empty()) return std::nullopt;
        auto response =
            listed.entry != nullptr
                ? list_response_of(*listed.entry, options_.subscribed || options_.return_subscribed)
                : level_response(listed);
        response.child_info = std::move(child_info);
        return response;
    }
    // Itself, and not only for what lies below it.
    [[nodiscard]] bool is_chosen(const Listed& listed) const {
        return (!options_.subscribed || listed.is_subscribed()) &&
               (!options_.special_use || !listed.use().empty());
    }

private:
    // A level that is no mailbox is told where somebody asks for levels ("%"), or for this very name.
    [[nodiscard]] bool matches(const Listed& listed) const {
        return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
            return imap::matches_pattern(pattern, listed.name, mailbox_separator) &&
                   (listed.entry != nullptr || !pattern.ends_with('*'));
        });
    }
    [[nodiscard]] bool has_chosen_child(const Listed& listed) const {
        return std::any_of(all_.begin(), all_.end(),
                           [&](const Listed& other) { return is_below(other, listed) && is_chosen(other); });
    }
    [[nodiscard]] imap::ListResponse level_response(const Listed& listed) const {
        imap::ListResponse response;
        if (rev2_ || options_.extended) response.attributes.push_back("\\NonExistent");
        response.attributes.push_back("\\Noselect");
        response.attributes.push_back("\\HasChildren");
        response.separator = mailbox_separator;
        response.mailbox = listed.name;
        return response;
    }

    const std::vector<Listed>& all_;
    const imap::ListOptions& options_;
    std::vector<std::string> patterns_;
    bool rev2_;
};

} // namespace

void ImapSession::run(imap::command::List& c) {
    if (!c.options.extended && c.patterns.size() == 1 && c.patterns.front().empty()) {
        // RFC 9051 §6.3.9: asks for the separator.
        imap::write_list(out_, {{"\\Noselect"}, mailbox_separator, "", {}, {}}, moment_.wire);
        return ok();
    }
    std::vector<std::string> patterns;
    for (const auto& pattern : c.patterns)
        patterns.push_back(imap::canonical_mailbox(c.reference + pattern));
    const auto places = this->places();
    const Listing listing(places, patterns);
    const Lister lister(listing, c, patterns, (moment_.enabled & imap::enabled_rev2) != 0);
    for (const auto& listed : listing.all()) {
        const auto response = lister.response(listed);
        if (!response) continue;
        imap::write_list(out_, *response, moment_.wire);
        // What is only told for its children has no STATUS, MYRIGHTS and METADATA (RFC 5819 §2, RFC 9590 §3).
        if (listed.entry == nullptr || !lister.is_chosen(listed)) continue;
        const Place place{listed.view, listed.entry};
        if (c.options.return_my_rights)
            imap::write_my_rights(out_, listed.name, letters_of(listed.entry->rights), moment_.wire);
        if (!place.allows(right_read)) continue;
        if (!c.options.return_metadata.empty()) write_metadata_of(place, c.options.return_metadata);
        if (c.options.return_status != 0)
            write_status_of(place.now(), place.account(), *place.entry, c.options.return_status,
                            services().config.smtp.message_size, moment_.wire, out_);
    }
    ok();
}

// RFC 3501 §6.3.9: with "%", a mailbox that is not subscribed but has subscribed ones below is told as
// \Noselect.
void ImapSession::run(imap::command::Lsub& c) {
    const auto pattern = imap::canonical_mailbox(c.reference + c.pattern);
    const auto places = this->places();
    const Listing listing(places, {pattern});
    for (const auto& listed : listing.all()) {
        if (!imap::matches_pattern(pattern, listed.name, mailbox_separator)) continue;
        const auto leads = [&] {
            return std::any_of(listing.all().begin(), listing.all().end(), [&](const Listed& other) {
                return other.is_subscribed() && is_below(other, listed) &&
                       !imap::matches_pattern(pattern, other.name, mailbox_separator);
            });
        };
        if (!listed.is_subscribed() && !leads()) continue;
        imap::ListResponse response;
        if (!listed.is_subscribed()) response.attributes.push_back("\\Noselect");
        response.separator = mailbox_separator;
        response.mailbox = listed.name;
        imap::write_lsub(out_, response, moment_.wire);
    }
    ok();
}

void ImapSession::run(imap::command::Namespace&) {
    const auto others = std::string(others_root) + mailbox_separator;
    imap::write_namespace(out_, {{{"", mailbox_separator}}, {{others, mailbox_separator}}, {}}, moment_.wire);
    ok();
}

} // namespace facteur
