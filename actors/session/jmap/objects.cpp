#include "actors/session/jmap/objects.h"

#include "actors/session/jmap/ids.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/value.h"

namespace facteur {
namespace {

using jmap::as_array;
using jmap::as_object;
using jmap::as_string;
using jmap::member;

std::string text_of(jmap::Object object, std::string_view name) {
    const auto value = member(object, name);
    const auto text = value ? as_string(*value) : std::nullopt;
    return std::string(text.value_or(std::string_view{}));
}

std::optional<std::vector<store::Address>> addresses_of(jmap::Object object, std::string_view name) {
    const auto value = member(object, name);
    const auto list = value ? as_array(*value) : std::nullopt;
    if (!list) return std::nullopt;
    std::vector<store::Address> addresses;
    for (const jmap::Value item : *list)
        if (const auto address = as_object(item))
            addresses.push_back({text_of(*address, "name"), text_of(*address, "email")});
    return addresses;
}

void write_addresses(std::string_view name, const std::optional<std::vector<store::Address>>& addresses,
                     jmap::Writer& out) {
    out.key(name);
    if (!addresses) {
        out.null();
        return;
    }
    out.begin_array();
    for (const auto& address : *addresses) {
        out.begin_object().member_or_null("name", address.name).member("email", address.email);
        out.end_object();
    }
    out.end_array();
}

EnvelopeAddress read_address(jmap::Object object) {
    EnvelopeAddress address;
    address.email = text_of(object, "email");
    const auto value = member(object, "parameters");
    const auto parameters = value ? as_object(*value) : std::nullopt;
    if (!parameters) return address;
    for (const auto [name, content] : *parameters) {
        const auto text = as_string(content);
        address.parameters.emplace(name, text ? std::optional(std::string(*text)) : std::nullopt);
    }
    return address;
}

void write(const EnvelopeAddress& address, jmap::Writer& out) {
    out.begin_object().member("email", address.email).key("parameters");
    if (address.parameters.empty()) {
        out.null().end_object();
        return;
    }
    out.begin_object();
    for (const auto& [name, value] : address.parameters) {
        if (value)
            out.member(name, *value);
        else
            out.key(name).null();
    }
    out.end_object().end_object();
}

std::vector<DeliveryStatus> read_statuses(jmap::Object submission) {
    std::vector<DeliveryStatus> statuses;
    const auto value = member(submission, "deliveryStatus");
    const auto object = value ? as_object(*value) : std::nullopt;
    if (!object) return statuses;
    for (const auto [address, content] : *object)
        if (const auto status = as_object(content))
            statuses.push_back({std::string(address), text_of(*status, "smtpReply"),
                                text_of(*status, "delivered"),
                                jmap::parse_utc_date(text_of(*status, "changedAt")).value_or(0)});
    return statuses;
}

void write_statuses(const std::vector<DeliveryStatus>& statuses, jmap::Writer& out) {
    if (statuses.empty()) {
        out.null();
        return;
    }
    out.begin_object();
    for (const auto& status : statuses) {
        out.key(status.address).begin_object();
        out.member("smtpReply", status.smtp_reply).member("delivered", status.delivered);
        out.member("displayed", "unknown");
        if (status.changed_at != 0) out.member("changedAt", jmap::utc_date(status.changed_at));
        out.end_object();
    }
    out.end_object();
}

} // namespace

std::optional<Identity> read_identity(std::string_view row) {
    const auto document = jmap::Document::parse(row);
    const auto object = document ? as_object(document->root()) : std::nullopt;
    if (!object) return std::nullopt;
    Identity identity;
    identity.name = text_of(*object, "name");
    identity.email = text_of(*object, "email");
    identity.reply_to = addresses_of(*object, "replyTo");
    identity.bcc = addresses_of(*object, "bcc");
    identity.text_signature = text_of(*object, "textSignature");
    identity.html_signature = text_of(*object, "htmlSignature");
    const auto may_delete = member(*object, "mayDelete");
    identity.may_delete = !may_delete || jmap::as_boolean(*may_delete).value_or(true);
    return identity;
}

std::string write_identity(const Identity& identity) {
    std::string row;
    jmap::Writer out(row);
    out.begin_object().member("name", identity.name).member("email", identity.email);
    write_addresses("replyTo", identity.reply_to, out);
    write_addresses("bcc", identity.bcc, out);
    out.member("textSignature", identity.text_signature).member("htmlSignature", identity.html_signature);
    out.member("mayDelete", identity.may_delete).end_object();
    return row;
}

std::optional<VacationResponse> read_vacation_response(std::string_view row) {
    const auto document = jmap::Document::parse(row);
    const auto object = document ? as_object(document->root()) : std::nullopt;
    if (!object) return std::nullopt;
    const auto text = [&](std::string_view name) -> std::optional<std::string> {
        const auto value = member(*object, name);
        const auto found = value ? as_string(*value) : std::nullopt;
        return found ? std::optional(std::string(*found)) : std::nullopt;
    };
    VacationResponse response;
    auto& vacation = response.vacation;
    const auto enabled = member(*object, "isEnabled"), round = member(*object, "round");
    vacation.is_enabled = enabled && jmap::as_boolean(*enabled).value_or(false);
    vacation.from = jmap::parse_utc_date(text("fromDate").value_or(""));
    vacation.to = jmap::parse_utc_date(text("toDate").value_or(""));
    vacation.subject = text("subject");
    vacation.text = text("textBody");
    vacation.html = text("htmlBody");
    response.round = round ? jmap::as_unsigned(*round).value_or(0) : 0;
    return response;
}

std::string write_vacation_response(const VacationResponse& response) {
    const auto& vacation = response.vacation;
    std::string row;
    jmap::Writer out(row);
    out.begin_object().member("isEnabled", vacation.is_enabled);
    if (vacation.from) out.member("fromDate", jmap::utc_date(*vacation.from));
    if (vacation.to) out.member("toDate", jmap::utc_date(*vacation.to));
    if (vacation.subject) out.member("subject", *vacation.subject);
    if (vacation.text) out.member("textBody", *vacation.text);
    if (vacation.html) out.member("htmlBody", *vacation.html);
    out.member("round", response.round).end_object();
    return row;
}

void write(const Envelope& envelope, jmap::Writer& out) {
    out.begin_object().key("mailFrom");
    write(envelope.mail_from, out);
    out.key("rcptTo").begin_array();
    for (const auto& recipient : envelope.rcpt_to)
        write(recipient, out);
    out.end_array().end_object();
}

std::optional<Envelope> read_envelope(jmap::Object submission) {
    const auto value = member(submission, "envelope");
    const auto object = value ? as_object(*value) : std::nullopt;
    if (!object) return std::nullopt;
    const auto mail_from = member(*object, "mailFrom"), rcpt_to = member(*object, "rcptTo");
    const auto sender = mail_from ? as_object(*mail_from) : std::nullopt;
    const auto recipients = rcpt_to ? as_array(*rcpt_to) : std::nullopt;
    if (!sender || !recipients) return std::nullopt;
    Envelope envelope;
    envelope.mail_from = read_address(*sender);
    for (const jmap::Value item : *recipients)
        if (const auto recipient = as_object(item)) envelope.rcpt_to.push_back(read_address(*recipient));
    return envelope;
}

std::optional<Submission> read_submission(std::string_view row) {
    const auto document = jmap::Document::parse(row);
    const auto object = document ? as_object(document->root()) : std::nullopt;
    if (!object) return std::nullopt;
    auto envelope = read_envelope(*object);
    const auto email = read_email_id(text_of(*object, "emailId"));
    const auto thread = read_thread_id(text_of(*object, "threadId"));
    const auto send_at = jmap::parse_utc_date(text_of(*object, "sendAt"));
    if (!envelope || !email || !thread || !send_at) return std::nullopt;
    Submission submission;
    submission.identity = text_of(*object, "identityId");
    submission.email = *email;
    submission.thread = *thread;
    submission.envelope = std::move(*envelope);
    submission.send_at = *send_at;
    submission.undo_status = text_of(*object, "undoStatus");
    submission.delivery_status = read_statuses(*object);
    const auto value = member(*object, "dsnBlobIds");
    if (const auto blobs = value ? as_array(*value) : std::nullopt)
        for (const jmap::Value blob : *blobs)
            submission.dsn_blob_ids.emplace_back(as_string(blob).value_or(std::string_view{}));
    return submission;
}

std::string write_submission(const Submission& submission) {
    std::string row;
    jmap::Writer out(row);
    out.begin_object().member("identityId", submission.identity);
    out.member("emailId", email_id(submission.email)).member("threadId", thread_id(submission.thread));
    write(submission.envelope, out.key("envelope"));
    out.member("sendAt", jmap::utc_date(submission.send_at)).member("undoStatus", submission.undo_status);
    write_statuses(submission.delivery_status, out.key("deliveryStatus"));
    out.key("dsnBlobIds").begin_array();
    for (const auto& blob : submission.dsn_blob_ids)
        out.value(blob);
    out.end_array().key("mdnBlobIds").begin_array().end_array();
    out.end_object();
    return row;
}

} // namespace facteur
