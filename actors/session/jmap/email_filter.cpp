#include "actors/session/jmap/email_filter.h"

#include "actors/session/jmap/collation.h"
#include "actors/session/jmap/ids.h"
#include "transport/jmap/dates.h"
#include "transport/mime/headers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace facteur {
namespace {

namespace search = store::search;

constexpr unsigned postings_per_step = 16; // of a turn

// ---- reading

// "attachmentName" is not of RFC 8621: other servers have it too, and the web UI's search asks for it.
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 8> text_conditions{
    {{"text", 0},
     {"from", search::bit(search::Field::from)},
     {"to", search::bit(search::Field::to)},
     {"cc", search::bit(search::Field::cc)},
     {"bcc", search::bit(search::Field::bcc)},
     {"subject", search::bit(search::Field::subject)},
     {"body", search::bit(search::Field::body)},
     {"attachmentName", search::bit(search::Field::attachment)}}};

class ConditionReader {
public:
    ConditionReader(jmap::Object object, const jmap::CreatedIds& created_ids) : c_(object, created_ids) {}

    jmap::Expected<EmailCondition> read() {
        read_mailboxes();
        condition_.before = date("before");
        condition_.after = date("after");
        condition_.min_size = c_.number("minSize");
        condition_.max_size = c_.number("maxSize");
        condition_.all_in_thread = keyword("allInThreadHaveKeyword", true);
        condition_.some_in_thread = keyword("someInThreadHaveKeyword", true);
        condition_.none_in_thread = keyword("noneInThreadHaveKeyword", false);
        condition_.has_keyword = keyword("hasKeyword", true);
        condition_.not_keyword = keyword("notKeyword", false);
        if (c_.has("hasAttachment")) condition_.has_attachment = c_.boolean("hasAttachment", false);
        for (const auto& [name, fields] : text_conditions)
            if (const auto text = c_.string(name)) condition_.texts.push_back(search::parse(*text, fields));
        read_header();
        if (auto fault = c_.fault()) return tl::unexpected(*fault);
        return std::move(condition_);
    }

private:
    void read_mailboxes() {
        if (const auto id = c_.id("inMailbox")) {
            condition_.in_mailbox = read_mailbox_id(*id);
            if (!condition_.in_mailbox) condition_.never = true;
        }
        if (const auto ids = c_.ids("inMailboxOtherThan")) {
            auto& others = condition_.in_mailbox_other_than.emplace();
            for (const auto id : *ids)
                if (const auto mailbox = read_mailbox_id(id)) others.push_back(*mailbox);
        }
    }
    std::optional<store::Time> date(std::string_view name) {
        const auto text = c_.string(name);
        const auto read = text ? jmap::parse_utc_date(*text) : std::nullopt;
        if (text && !read) refuse(name, "a UTCDate");
        return read;
    }
    // What is no keyword is one that no email has.
    std::optional<Keyword> keyword(std::string_view name, bool wanted) {
        const auto text = c_.string(name);
        if (!text) return std::nullopt;
        auto read = Keyword::read(*text);
        if (!read && wanted) condition_.never = true;
        return read;
    }
    void read_header() {
        const auto list = c_.array("header");
        if (!list) return;
        std::vector<std::string_view> texts;
        for (const jmap::Value item : *list)
            if (const auto text = jmap::as_string(item)) texts.push_back(*text);
        if (texts.size() != list->size() || texts.empty() || texts.size() > 2 || texts.front().empty()) {
            refuse("header", "an array of a field's name and, if wanted, a text");
            return;
        }
        auto& header = condition_.header.emplace();
        header.name = texts.front();
        if (texts.size() == 2) header.value = collation_key(texts.back(), Collation::unicode_casemap);
    }
    void refuse(std::string_view name, std::string_view wanted) {
        c_.refuse({"invalidArguments", "\"" + std::string(name) + "\" must be " + std::string(wanted) + "."});
    }

    jmap::Arguments c_;
    EmailCondition condition_;
};

jmap::Expected<EmailCondition> read_condition(jmap::Object object, const jmap::CreatedIds& created_ids) {
    const auto known = check_condition(object, {"inMailbox",
                                                "inMailboxOtherThan",
                                                "before",
                                                "after",
                                                "minSize",
                                                "maxSize",
                                                "allInThreadHaveKeyword",
                                                "someInThreadHaveKeyword",
                                                "noneInThreadHaveKeyword",
                                                "hasKeyword",
                                                "notKeyword",
                                                "hasAttachment",
                                                "text",
                                                "from",
                                                "to",
                                                "cc",
                                                "bcc",
                                                "subject",
                                                "body",
                                                "attachmentName",
                                                "header"});
    if (!known) return tl::unexpected(known.error());
    return ConditionReader(object, created_ids).read();
}

// ---- what judging costs

int cost(const EmailFilter& filter) {
    int most = 0;
    filter.each_condition([&](const EmailCondition& c) {
        const bool row = c.in_mailbox || c.in_mailbox_other_than || c.min_size || c.max_size ||
                         (c.has_keyword && c.has_keyword->flag == 0) ||
                         (c.not_keyword && c.not_keyword->flag == 0);
        const bool reads = c.header || std::any_of(c.texts.begin(), c.texts.end(), store::search::has_phrase);
        most = std::max(most, reads ? 3 : c.uses_thread() ? 2 : row ? 1 : 0);
    });
    return most;
}

// An operator's answer does not depend on the order of its conditions: the cheap ones first.
void put_cheap_first(EmailFilter& filter) {
    for (auto& child : filter.children)
        put_cheap_first(child);
    std::stable_sort(filter.children.begin(), filter.children.end(),
                     [](const EmailFilter& a, const EmailFilter& b) { return cost(a) < cost(b); });
}

template <typename Each>
jmap::MethodResult each_text(EmailFilter& filter, const Each& each) {
    if (filter.kind == jmap::Filter::Kind::condition && !filter.condition.texts.empty())
        if (auto done = each(filter.condition); !done) return done;
    for (auto& child : filter.children)
        if (auto done = each_text(child, each); !done) return done;
    return {};
}

void add_required(const EmailFilter& filter, std::vector<const EmailCondition*>& conditions) {
    if (filter.kind == jmap::Filter::Kind::condition) conditions.push_back(&filter.condition);
    if (filter.kind == jmap::Filter::Kind::and_)
        for (const auto& child : filter.children)
            add_required(child, conditions);
}

} // namespace

jmap::Expected<EmailFilter> read_email_filter(const std::optional<jmap::Value>& value,
                                              const jmap::CreatedIds& created_ids,
                                              const jmap::Limits& limits) {
    auto filter = read_filter_tree<EmailCondition>(
        value, limits, [&](jmap::Object object) { return read_condition(object, created_ids); });
    if (filter) put_cheap_first(*filter);
    return filter;
}

jmap::MethodResult find_texts(EmailFilter& filter, const Indexing& indexing, store::AccountId account,
                              Turn& turn) {
    return each_text(filter, [&](EmailCondition& condition) -> jmap::MethodResult {
        auto& all = condition.all_texts;
        all.kind = search::Expression::Kind::and_;
        all.children = condition.texts;
        auto candidates = indexing.candidates(
            account, all, [&](unsigned postings) { return turn.go_on(1 + postings / postings_per_step); });
        if (turn.has_ended()) return tl::unexpected(turn.error());
        if (!candidates) return jmap::method_error("serverFail", candidates.error().message);
        condition.candidates = std::move(*candidates);
        if (!turn.hold(condition.candidates.emails.size() * sizeof(store::EmailId)))
            return tl::unexpected(turn.error());
        return {};
    });
}

std::vector<const EmailCondition*> required(const EmailFilter& filter) {
    std::vector<const EmailCondition*> conditions;
    add_required(filter, conditions);
    return conditions;
}

std::optional<store::MailboxId> is_whole_mailbox(const EmailFilter& filter) {
    if (filter.kind == jmap::Filter::Kind::and_) {
        if (filter.children.empty()) return 0;
        return filter.children.size() == 1 ? is_whole_mailbox(filter.children.front()) : std::nullopt;
    }
    if (filter.kind != jmap::Filter::Kind::condition) return std::nullopt;
    const auto& c = filter.condition;
    const bool more = c.never || c.in_mailbox_other_than || c.before || c.after || c.min_size || c.max_size ||
                      c.uses_thread() || c.has_keyword || c.not_keyword || c.has_attachment ||
                      !c.texts.empty() || c.header;
    if (more) return std::nullopt;
    return c.in_mailbox.value_or(0);
}

// ---- judging

bool EmailMatcher::matches(const store::ListEntry& entry, store::MailboxId mailbox) {
    Candidate email{entry, mailbox, std::nullopt};
    return filter_.matches([&](const EmailCondition& condition) { return meets(email, condition); });
}

bool EmailMatcher::meets(Candidate& email, const EmailCondition& c) {
    const auto& entry = email.entry;
    if (c.never) return false;
    if (c.before && entry.received >= *c.before) return false;
    if (c.after && entry.received < *c.after) return false;
    if (c.has_attachment && entry.has_attachment != *c.has_attachment) return false;
    if (c.has_keyword && c.has_keyword->flag != 0 && (entry.flags & c.has_keyword->flag) == 0) return false;
    if (c.not_keyword && (entry.flags & c.not_keyword->flag) != 0) return false;
    using Says = Indexing::Candidates::Says;
    const auto says = c.texts.empty() ? Says::yes : c.candidates.of(entry.email);
    if (says == Says::no) return false;
    return meets_by_row(email, c) && (!c.uses_thread() || meets_by_thread(email, c)) &&
           (!c.header || c.header_judged.of(entry.email, [&] { return has_header(email, *c.header); })) &&
           (says == Says::yes ||
            c.texts_judged.of(entry.email, [&] { return has_texts(entry.email, c.all_texts); }));
}

bool EmailMatcher::meets_by_row(Candidate& email, const EmailCondition& c) {
    const auto test = [&](const auto& judge) {
        const auto* email_row = row(email);
        return email_row != nullptr && judge(*email_row);
    };
    if (c.in_mailbox && *c.in_mailbox != email.mailbox &&
        !test([&](const auto& r) { return r.in_mailbox(*c.in_mailbox); }))
        return false;
    if (c.min_size && !test([&](const auto& r) { return r.size() >= *c.min_size; })) return false;
    if (c.max_size && !test([&](const auto& r) { return r.size() < *c.max_size; })) return false;
    if (c.has_keyword && c.has_keyword->flag == 0 &&
        !test([&](const auto& r) { return r.has_keyword(c.has_keyword->other); }))
        return false;
    if (c.not_keyword && c.not_keyword->flag == 0 &&
        !test([&](const auto& r) { return !r.has_keyword(c.not_keyword->other); }))
        return false;
    if (!c.in_mailbox_other_than) return true;
    const auto& others = *c.in_mailbox_other_than;
    return test([&](const auto& r) {
        const auto refs = r.mailboxes();
        return std::any_of(refs.begin(), refs.end(), [&](const store::MailboxRef& ref) {
            return std::find(others.begin(), others.end(), ref.mailbox) == others.end();
        });
    });
}

bool EmailMatcher::meets_by_thread(const Candidate& email, const EmailCondition& c) {
    const auto thread = email.entry.thread;
    turn_.spend(steps_of_thread);
    if (!turn_.hold(octets_of_thread)) return false;
    return (!c.all_in_thread || threads_.all(thread, *c.all_in_thread)) &&
           (!c.some_in_thread || threads_.some(thread, *c.some_in_thread)) &&
           (!c.none_in_thread || !threads_.some(thread, *c.none_in_thread));
}

bool EmailMatcher::has_header(Candidate& email, const EmailCondition::Header& wanted) {
    turn_.spend(steps_of_reading);
    const auto* email_row = row(email);
    const auto structure = now_.structure(account_, email.entry.email);
    if (email_row == nullptr || !structure || structure->parts.empty()) return false;
    const auto& root = structure->parts.front();
    const auto header = now_.read_body(email_row->body(), root.header_offset, root.header_size);
    if (!header) return false;
    for (const auto& field : mime::all_fields(*header, wanted.name)) {
        if (!wanted.value) return true;
        const auto value = collation_key(mime::text(field.value), Collation::unicode_casemap);
        if (value.find(*wanted.value) != std::string::npos) return true;
    }
    return false;
}

bool EmailMatcher::has_texts(store::EmailId email, const search::Expression& texts) {
    turn_.spend(steps_of_reading);
    return Indexing::matches(now_, account_, email, texts);
}

const store::EmailView* EmailMatcher::row(Candidate& email) {
    if (!email.row) {
        turn_.spend(steps_of_row);
        email.row = now_.email(account_, email.entry.email);
    }
    return email.row ? &*email.row : nullptr;
}

} // namespace facteur
