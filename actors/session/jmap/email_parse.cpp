// Email/parse (RFC 8621 §4.9): blobs as emails, without storing them.
#include "actors/mailbox/ingest.h"
#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/email_writer.h"
#include "actors/session/jmap/read_methods.h"
#include "transport/mime/headers.h"

#include <algorithm>

namespace facteur {
namespace {

// Any bytes have a best reading as an email; those without one field of a header are none.
bool looks_like_an_email(std::string_view bytes) {
    const mime::Fields fields(mime::header_of(bytes));
    return fields.begin() != fields.end();
}

void write_ids(std::string_view name, const std::vector<std::string_view>& ids, jmap::Writer& out) {
    out.key(name);
    if (ids.empty()) {
        out.null();
        return;
    }
    out.begin_array();
    for (const auto id : ids)
        out.value(id);
    out.end_array();
}

// The email as JSON; nothing when the blob is none.
std::optional<std::string> parse(const MethodContext& context, const store::Snapshot& now,
                                 std::string_view id, const Blob& blob, const EmailSelection& selection) {
    if (blob.size() > context.services.jmap_limits.max_size_upload) return std::nullopt;
    if (!context.turn.may_take(blob.size())) return std::nullopt;
    auto bytes = blob.read(now, 0, blob.size());
    if (!bytes || !looks_like_an_email(*bytes)) return std::nullopt;
    const auto email = ingest(std::make_shared<const std::string>(std::move(*bytes)), 0);
    const auto encoded = store::encode(email->row);
    const auto row = store::EmailView::over(encoded);
    const auto where = read_blob_id(id);
    if (!row || !where) return std::nullopt;
    std::string json;
    jmap::Writer out(json);
    ParsedContent content(*where, *email->body.bytes, email->structure);
    EmailWriter(selection, out).write_parsed(id, *row, content);
    return json;
}

void write_parsed(const std::vector<std::pair<std::string_view, std::string>>& emails, jmap::Writer& out) {
    out.key("parsed");
    if (emails.empty()) {
        out.null();
        return;
    }
    out.begin_object();
    for (const auto& [id, json] : emails)
        out.key(id).raw(json);
    out.end_object();
}

} // namespace

jmap::MethodResult email_parse(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto account = a.id("accountId").value_or(std::string_view{});
    auto ids = a.ids("blobIds");
    if (!ids) a.refuse({"invalidArguments", "\"blobIds\" is missing."});
    const auto selection = read_email_selection(a, a.strings("properties"), false);
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    if (ids->size() > limits.max_objects_in_get)
        return jmap::method_error("requestTooLarge", "The call names too many blobs.");
    std::sort(ids->begin(), ids->end());
    ids->erase(std::unique(ids->begin(), ids->end()), ids->end());

    const auto now = context.services.store.read(context.user.id);
    std::vector<std::pair<std::string_view, std::string>> parsed;
    std::vector<std::string_view> not_parsable, not_found;
    std::uint64_t octets = out.out().size();
    for (const auto id : *ids) {
        const auto blob = Blob::open(now, context.user.id, id);
        if (!blob) {
            not_found.push_back(id);
            continue;
        }
        auto email = parse(context, now, id, *blob, selection);
        if (context.turn.has_ended()) return tl::unexpected(context.turn.error());
        if (!email) {
            not_parsable.push_back(id);
            continue;
        }
        octets += email->size();
        if (octets > limits.max_response)
            return jmap::method_error("requestTooLarge", "The answer would be too long: parse fewer blobs.");
        parsed.emplace_back(id, std::move(*email));
    }
    out.begin_object().member("accountId", account);
    write_parsed(parsed, out);
    write_ids("notParsable", not_parsable, out);
    write_ids("notFound", not_found, out);
    out.end_object();
    return {};
}

} // namespace facteur
