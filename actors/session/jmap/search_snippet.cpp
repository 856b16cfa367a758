// SearchSnippet/get (RFC 8621 §5.1).
#include "actors/indexing/indexing.h"
#include "actors/session/jmap/email_filter.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/marked_text.h"
#include "actors/session/jmap/read_methods.h"

namespace facteur {
namespace {

namespace search = store::search;

constexpr std::size_t longest_preview = 255; // octets, as the specification asks

// What a match must hold: texts under a NOT mark nothing.
void gather_texts(const EmailFilter& filter, std::vector<search::Expression>& texts) {
    if (filter.kind == jmap::Filter::Kind::not_) return;
    if (filter.kind == jmap::Filter::Kind::condition)
        texts.insert(texts.end(), filter.condition.texts.begin(), filter.condition.texts.end());
    for (const auto& child : filter.children)
        gather_texts(child, texts);
}

void write_marked(std::string_view name, const std::string& text, search::Field field,
                  const search::Expression& expression, std::optional<std::size_t> longest,
                  jmap::Writer& out) {
    const auto hits = search::hits(text, field, expression);
    if (hits.empty())
        out.key(name).null();
    else
        out.member(name, longest ? marked_excerpt(text, hits, *longest) : marked_text(text, hits));
}

} // namespace

jmap::MethodResult search_snippet_get(const MethodContext& context, jmap::Object arguments,
                                      jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto account_argument = a.id("accountId").value_or(std::string_view{});
    const auto filter_argument = a.object("filter") ? a.find("filter") : std::nullopt;
    const auto ids = a.ids("emailIds");
    if (!ids) a.refuse({"invalidArguments", "\"emailIds\" is missing."});
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    if (ids->size() > limits.max_objects_in_get)
        return jmap::method_error("requestTooLarge", "The call names too many emails.");
    const auto filter = read_email_filter(filter_argument, context.created_ids, limits);
    if (!filter) return tl::unexpected(filter.error());
    search::Expression expression;
    expression.kind = search::Expression::Kind::or_;
    gather_texts(*filter, expression.children);

    const auto account = context.user.id;
    constexpr auto fields = search::bit(search::Field::subject) | search::bit(search::Field::body);
    std::vector<std::string_view> not_found;
    out.begin_object().member("accountId", account_argument).key("list").begin_array();
    for (const auto id : *ids) {
        if (!context.turn.go_on(steps_of_reading)) return tl::unexpected(context.turn.error());
        const auto now = context.services.store.read(account); // none is held over many texts
        const auto email = read_email_id(id);
        if (!email || !now.email(account, *email)) {
            not_found.push_back(id);
            continue;
        }
        search::Document document;
        if (!expression.children.empty())
            document = Indexing::document(now, account, *email, fields).value_or(search::Document{});
        const auto& text = document.text;
        out.begin_object().member("emailId", id);
        write_marked("subject", text[static_cast<std::size_t>(search::Field::subject)],
                     search::Field::subject, expression, std::nullopt, out);
        write_marked("preview", text[static_cast<std::size_t>(search::Field::body)], search::Field::body,
                     expression, longest_preview, out);
        out.end_object();
    }
    out.end_array().key("notFound");
    if (not_found.empty()) {
        out.null().end_object();
        return {};
    }
    out.begin_array();
    for (const auto id : not_found)
        out.value(id);
    out.end_array().end_object();
    return {};
}

} // namespace facteur
