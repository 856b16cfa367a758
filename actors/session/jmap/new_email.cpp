#include "actors/session/jmap/new_email.h"

#include "actors/session/jmap/keywords.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/value.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

// Properties that another part of the creation reads.
constexpr std::array<std::string_view, 8> read_elsewhere{"mailboxIds",    "keywords",   "receivedAt",
                                                         "bodyStructure", "bodyValues", "textBody",
                                                         "htmlBody",      "attachments"};

void take_headers(jmap::Object email, NewHeaders& headers, Faults& faults) {
    for (const auto [name, value] : email) {
        if (std::find(read_elsewhere.begin(), read_elsewhere.end(), name) != read_elsewhere.end()) continue;
        if (!headers.take(name, value))
            faults.property(std::string(name), "An email cannot be made with this property.");
    }
}

mime::NewMessage put_together(const Composer& composer, NewHeaders headers, mime::NewPart body) {
    const bool has_date = headers.has("date"), has_id = headers.has("message-id");
    mime::NewMessage message;
    message.fields = std::move(headers).take_fields();
    if (!has_id)
        message.fields.insert(
            message.fields.begin(),
            {"Message-ID", mime::MessageIds{{mime::message_id(composer.random, composer.domain)}}});
    if (!has_date) message.fields.insert(message.fields.begin(), {"Date", mime::Date{composer.at, 0}});
    message.body = std::move(body);
    return message;
}

} // namespace

void Faults::property(std::string name, std::string_view why) {
    if (std::find(properties_.begin(), properties_.end(), name) != properties_.end()) return;
    // A forged object may be wrong in a million places.
    constexpr std::size_t most_named = 100;
    if (properties_.size() == most_named) return;
    if (properties_.empty()) description_ = why;
    properties_.push_back(std::move(name));
}

void Faults::missing_blob(std::string_view id) {
    if (std::find(blobs_.begin(), blobs_.end(), id) == blobs_.end()) blobs_.emplace_back(id);
}

jmap::SetError Faults::error() && {
    if (!properties_.empty())
        return jmap::invalid_properties(std::move(properties_), std::move(description_));
    if (!blobs_.empty()) {
        auto error = jmap::set_error("blobNotFound");
        error.not_found = std::move(blobs_);
        return error;
    }
    return std::move(*other_);
}

std::optional<store::Keywords> take_keywords(std::optional<jmap::Value> value, Faults& faults) {
    if (!value || value->is_null()) return store::Keywords{};
    const auto object = jmap::as_object(*value);
    auto keywords = object ? read_keywords(*object) : std::nullopt;
    if (!keywords)
        faults.property("keywords", "Keywords are an object whose names are keywords and whose values true.");
    else if (keywords->others.size() > most_keywords)
        faults.other(jmap::set_error("tooManyKeywords"));
    return keywords;
}

std::optional<store::Time> take_received_at(std::optional<jmap::Value> value, store::Time otherwise,
                                            Faults& faults) {
    if (!value || value->is_null()) return otherwise;
    const auto text = jmap::as_string(*value);
    const auto time = text ? jmap::parse_utc_date(*text) : std::nullopt;
    if (!time) faults.property("receivedAt", "It must be a UTCDate.");
    return time;
}

SetResult<std::shared_ptr<const IngestedEmail>> compose(const Composer& composer, jmap::Object email) {
    Faults faults;
    NewHeaders headers(faults);
    take_headers(email, headers, faults);
    auto keywords = take_keywords(jmap::member(email, "keywords"), faults);
    const auto received = take_received_at(jmap::member(email, "receivedAt"), composer.at, faults);
    auto body = read_body(email, composer, headers, faults);
    if (faults.any()) return refuse(std::move(faults).error());

    mime::WriteOptions options;
    options.utf8_headers = headers.needs_utf8() || body.needs_utf8;
    options.random = composer.random;
    const auto message = put_together(composer, std::move(headers), std::move(body.root));
    auto bytes = mime::write(message, options);
    if (!bytes) return refuse(jmap::invalid_properties({}, bytes.error().message));
    if (!composer.turn.may_take(bytes->size())) return refuse({});
    if (bytes->size() > composer.most_message) {
        auto error = jmap::set_error("tooLarge", "The message is larger than one may be.");
        error.max_size = composer.most_message;
        return refuse(std::move(error));
    }
    return ingest(std::make_shared<const std::string>(std::move(*bytes)), *received, std::move(*keywords));
}

} // namespace facteur
