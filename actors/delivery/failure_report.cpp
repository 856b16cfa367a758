#include "actors/delivery/failure_report.h"

#include "transport/mime/headers.h"
#include "transport/mime/write.h"
#include "transport/smtp/trace.h"

#include <fmt/format.h>

namespace facteur {
namespace {

// Of the original message's header, in the report.
constexpr std::size_t most_header_returned = 64u << 10;

std::string human_text(const FailureReport& report, std::string_view subject) {
    const bool english = report.locale == "en";
    std::string text = english ? fmt::format("Your message \"{}\" could not be delivered to:\n", subject)
                               : fmt::format("Votre message « {} » n'a pas pu être remis à :\n", subject);
    for (const auto& failed : report.failed)
        text += fmt::format("\n  {}\n    {}\n", failed.address, failed.reply);
    text += english ? "\nThe other recipients, if any, have received it. Nothing more will be tried.\n"
                    : "\nLes autres destinataires éventuels l'ont reçu. Aucun nouvel essai ne sera fait.\n";
    return text;
}

// "552 5.2.2 …" → "5.2.2"
std::string_view enhanced_code(std::string_view reply) {
    constexpr std::size_t begin = 4;
    if (reply.size() <= begin) return "5.0.0";
    const auto end = reply.find(' ', begin);
    return reply.substr(begin, end == std::string_view::npos ? end : end - begin);
}

// Addresses were parsed and replies are ours: neither has line ends.
std::string status_text(const FailureReport& report) {
    std::string text = fmt::format("Reporting-MTA: dns; {}\r\nArrival-Date: {}\r\n", report.domain,
                                   smtp::date_time(report.submitted));
    if (!report.envelope_id.empty()) text += fmt::format("Original-Envelope-Id: {}\r\n", report.envelope_id);
    for (const auto& failed : report.failed)
        text += fmt::format("\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: {}\r\n"
                            "Diagnostic-Code: smtp; {}\r\n",
                            failed.address, enhanced_code(failed.reply), failed.reply);
    return text;
}

mime::NewPart part(std::string type, std::string_view content) {
    mime::NewPart made;
    made.type = std::move(type);
    made.content = content;
    return made;
}

} // namespace

std::string write_failure_report(const FailureReport& report) {
    const auto header = mime::header_of(report.message).substr(0, most_header_returned);
    const auto envelope = mime::envelope(header);
    const auto text = human_text(report, envelope.subject), status = status_text(report);
    const bool english = report.locale == "en";

    mime::NewMessage message;
    message.fields.push_back({"Date", mime::Date{report.at, 0}});
    message.fields.push_back(
        {"From", std::vector<mime::Address>{{english ? "Mail delivery" : "Distribution du courrier",
                                             fmt::format("postmaster@{}", report.domain)}}});
    message.fields.push_back({"To", std::vector<mime::Address>{{"", std::string(report.sender)}}});
    message.fields.push_back(
        {"Subject",
         mime::Text{fmt::format("{}{}", english ? "Not delivered: " : "Non remis : ", envelope.subject)}});
    message.fields.push_back(
        {"Message-ID", mime::MessageIds{{mime::message_id(report.random, report.domain)}}});
    if (!envelope.message_ids.empty())
        message.fields.push_back({"In-Reply-To", mime::MessageIds{{envelope.message_ids.front()}}});
    message.fields.push_back({"Auto-Submitted", mime::Raw{" auto-replied"}});
    message.body.type = "multipart/report; report-type=delivery-status";
    message.body.children.push_back(part("text/plain", text));
    message.body.children.push_back(part("message/delivery-status", status));
    message.body.children.push_back(part("text/rfc822-headers", header));
    mime::WriteOptions options;
    options.utf8_headers = true;
    options.random = report.random;
    auto bytes = mime::write(message, options);
    if (bytes) return std::move(*bytes);
    // A subject or id that cannot be written again: the report goes without them.
    std::erase_if(message.fields,
                  [](const auto& field) { return field.name == "In-Reply-To" || field.name == "Subject"; });
    message.fields.push_back({"Subject", mime::Text{english ? "Not delivered" : "Non remis"}});
    return mime::write(message, options).value_or(std::string{});
}

} // namespace facteur
