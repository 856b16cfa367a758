#include "transport/base/ascii.h"
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/write.h"
#include "transport/vacation/vacation.h"

#include <algorithm>

namespace facteur::vacation {
namespace {

constexpr std::size_t most_subject = 200;   // octets of the other's subject
constexpr std::size_t most_references = 20; // the first and the newest ones
constexpr std::string_view mark = "Auto: "; // RFC 3834 §3.1.5

std::string on_one_line(std::string_view text) {
    auto out = mime::repair_utf8(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return out;
}

std::string subject_of(const Answer& answer, const mime::Envelope& original) {
    if (answer.vacation->subject && !ascii::trimmed(*answer.vacation->subject).empty())
        return on_one_line(*answer.vacation->subject);
    const auto subject = on_one_line(mime::utf8_prefix(original.subject, most_subject));
    return std::string(mark) + (ascii::trimmed(subject).empty() ? "absence" : subject); // in both languages
}

bool is_english(const Owner& owner) {
    return owner.locale.starts_with("en");
}

std::string text_of(const Answer& answer) {
    const auto& vacation = *answer.vacation;
    if (vacation.text && !vacation.text->empty()) return mime::repair_utf8(*vacation.text);
    if (vacation.html && !vacation.html->empty())
        return mime::html_to_text(mime::repair_utf8(*vacation.html));
    return is_english(*answer.owner)
               ? "Hello,\n\nI am away and shall read your message when I am back.\n\nThis is an automatic "
                 "answer.\n"
               : "Bonjour,\n\nJe suis en congé ou absent et lirai votre message à mon retour.\n\n"
                 "Ceci est une réponse automatique.\n";
}

// The owner's address that the message was written to.
std::string own_address(const Answer& answer) {
    const auto& own = answer.owner->addresses;
    for (const auto* name : {"To", "Cc", "Resent-To", "Resent-Cc"})
        for (const auto& address : mime::all_addresses(answer.header, name)) {
            const auto found = std::find_if(own.begin(), own.end(), [&](const auto& mine) {
                return ascii::same_text(mine, address.email);
            });
            if (found != own.end()) return *found;
        }
    return own.empty() ? std::string() : own.front();
}

// RFC 5322 §3.6.4, without ids that cannot be written again.
void add_thread(std::vector<mime::NewField>& fields, const mime::Envelope& original, bool utf8) {
    if (original.message_ids.empty()) return;
    const auto& id = original.message_ids.front();
    const auto is_writable = [&](const std::string& one) {
        return mime::write_field({"References", mime::MessageIds{{one}}}, utf8).has_value();
    };
    if (!is_writable(id)) return;
    auto references = original.references.empty() ? original.in_reply_to : original.references;
    std::erase_if(references, [&](const auto& one) { return one == id || !is_writable(one); });
    if (references.size() >= most_references)
        references.erase(references.begin() + 1,
                         references.end() - static_cast<std::ptrdiff_t>(most_references - 2));
    references.push_back(id);
    fields.push_back({"In-Reply-To", mime::MessageIds{{id}}});
    fields.push_back({"References", mime::MessageIds{std::move(references)}});
}

} // namespace

Result<std::string> write_answer(const Answer& answer) {
    const auto original = mime::envelope(answer.header);
    const auto text = text_of(answer);
    const auto html = mime::repair_utf8(answer.vacation->html.value_or(""));
    mime::NewMessage message;
    message.fields = {
        {"From", std::vector<mime::Address>{{on_one_line(answer.owner->name), own_address(answer)}}},
        {"To", std::vector<mime::Address>{{"", answer.to.text()}}},
        {"Date", mime::Date{answer.at, answer.zone_minutes}},
        {"Message-ID", mime::MessageIds{{mime::message_id(answer.random, answer.domain)}}},
        {"Subject", mime::Text{subject_of(answer, original)}},
        {"Auto-Submitted", mime::Raw{" auto-replied (vacation)"}}, // RFC 3834 §5, RFC 5230 §4.5
        {"X-Auto-Response-Suppress", mime::Raw{" All"}},           // Exchange answers it otherwise
    };
    add_thread(message.fields, original, answer.smtputf8);
    message.body = mime::body_tree(text, html);
    mime::WriteOptions options;
    options.utf8_headers = answer.smtputf8;
    options.random = answer.random;
    return mime::write(message, options);
}

} // namespace facteur::vacation
