#include "actors/delivery/success_report.h"

#include "transport/mime/decode.h"
#include "transport/mime/write.h"
#include "transport/smtp/trace.h"

#include <fmt/format.h>

#include <functional>

namespace facteur {
namespace {

constexpr std::size_t most_header = 64 * 1024; // of the message, sent back

// What came as xtext may hold line ends (RFC 3461 §4).
std::string harmless(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return out;
}

std::string explanation(const SuccessReport& report) {
    auto text = fmt::format("Votre message a été remis à :\r\nYour message was delivered to:\r\n\r\n");
    for (const auto& recipient : report.recipients)
        text += fmt::format("    {}\r\n", recipient.address);
    return text + fmt::format("\r\n{}\r\n", report.host);
}

std::string original(const smtp::OriginalRecipient& recipient) {
    return fmt::format("Original-Recipient: {};{}\r\n", harmless(recipient.type),
                       harmless(recipient.address));
}

std::string status(const SuccessReport& report) {
    auto text = fmt::format("Reporting-MTA: dns;{}\r\n", report.host);
    if (!report.envelope_id.empty())
        text += fmt::format("Original-Envelope-Id: {}\r\n", harmless(report.envelope_id));
    text += fmt::format("Arrival-Date: {}\r\n", smtp::date_time(report.at));
    for (const auto& recipient : report.recipients) {
        text += "\r\n";
        if (recipient.original) text += original(*recipient.original);
        text += fmt::format("Final-Recipient: {};{}\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
                            mime::is_ascii(recipient.address) ? "rfc822" : "utf-8", recipient.address);
    }
    return text;
}

} // namespace

Result<std::string> write_success_report(const SuccessReport& report) {
    const auto human = explanation(report);
    const auto machine = status(report);
    mime::NewMessage message;
    message.fields = {
        {"From", std::vector<mime::Address>{{"Postmaster", "postmaster@" + report.host}}},
        {"To", std::vector<mime::Address>{{"", report.sender}}},
        {"Date", mime::Date{report.at, 0}},
        {"Message-ID", mime::MessageIds{{report.id + ".delivered@" + report.host}}},
        {"Subject", mime::Text{"Message remis / Message delivered"}},
        {"Auto-Submitted", mime::Raw{" auto-replied"}}, // RFC 3834 §5
    };
    message.body.type = "multipart/report; report-type=delivery-status";
    const bool is_ascii = mime::is_ascii(machine) && mime::is_ascii(report.header);
    message.body.children.resize(3);
    message.body.children[0].content = human;
    message.body.children[1].type = is_ascii ? "message/delivery-status" : "message/global-delivery-status";
    message.body.children[1].content = machine;
    message.body.children[2].type = is_ascii ? "text/rfc822-headers" : "message/global-headers";
    message.body.children[2].content = std::string_view(report.header).substr(0, most_header);
    mime::WriteOptions options;
    options.utf8_headers = options.eight_bit = true; // our own store takes both
    // Nobody can know the id before, so that the boundary stands in nothing that is sent back.
    options.random = [seed = std::hash<std::string>{}(report.id)]() mutable {
        return seed += 0x9e3779b97f4a7c15;
    };
    return mime::write(message, options);
}

} // namespace facteur
