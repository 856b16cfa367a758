#include "actors/session/jmap/submission_check.h"
#include "transport/jmap/dates.h"
#include "transport/jmap/value.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace facteur {
namespace {

// The extensions that the session object announces: FUTURERELEASE, SIZE, 8BITMIME, SMTPUTF8, DSN.
constexpr std::array<std::string_view, 7> of_sender{"HOLDFOR",  "HOLDUNTIL", "SIZE", "BODY",
                                                    "SMTPUTF8", "RET",       "ENVID"};
constexpr std::array<std::string_view, 2> of_recipient{"NOTIFY", "ORCPT"};

// More recipients than any configuration allows are counted elsewhere; this only bounds the work.
constexpr std::size_t most_read = 100'000;

tl::unexpected<jmap::SetError> wrong(std::string why) {
    return refuse(jmap::invalid_properties({"envelope"}, std::move(why)));
}

std::string upper(std::string_view text) {
    std::string raised(text);
    for (char& c : raised)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return raised;
}

std::optional<std::uint64_t> read_digits(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || text.size() > 15 || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

bool is_notify(std::string_view text) {
    const auto value = upper(text);
    if (value == "NEVER") return true;
    for (std::size_t at = 0; at <= value.size();) {
        const auto end = std::min(value.find(',', at), value.size());
        const auto word = value.substr(at, end - at);
        if (word != "SUCCESS" && word != "FAILURE" && word != "DELAY") return false;
        at = end + 1;
    }
    return true;
}

// Whether a parameter has a value that fits; SMTPUTF8 has none.
bool fits(std::string_view name, const std::optional<std::string>& value) {
    if (name == "SMTPUTF8") return !value;
    if (!value || value->size() > 500) return false;
    if (name == "HOLDFOR" || name == "SIZE") return read_digits(*value).has_value();
    if (name == "HOLDUNTIL") return jmap::parse_date(*value).has_value();
    if (name == "BODY") return upper(*value) == "7BIT" || upper(*value) == "8BITMIME";
    if (name == "RET") return upper(*value) == "FULL" || upper(*value) == "HDRS";
    if (name == "NOTIFY") return is_notify(*value);
    return std::none_of(value->begin(), value->end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

template <std::size_t N>
SetResult<EnvelopeAddress> read_address(jmap::Value value, const std::array<std::string_view, N>& known) {
    const auto object = jmap::as_object(value);
    if (!object) return wrong("An address must be an object.");
    EnvelopeAddress address;
    bool has_email = false;
    for (const auto [name, content] : *object) {
        if (name == "email") {
            const auto text = jmap::as_string(content);
            if (!text) return wrong("\"email\" must be a string.");
            address.email = *text;
            has_email = true;
        } else if (name != "parameters") {
            return wrong("An address has no other members than email and parameters.");
        } else if (!content.is_null()) {
            const auto parameters = jmap::as_object(content);
            if (!parameters) return wrong("\"parameters\" must be an object.");
            for (const auto [given, text] : *parameters) {
                auto parameter = upper(given);
                if (std::find(known.begin(), known.end(), parameter) == known.end())
                    return wrong("The parameter " + std::string(given) + " is not supported.");
                const auto string = jmap::as_string(text);
                if (!string && !text.is_null()) return wrong("A parameter is a string or null.");
                const auto held = string ? std::optional(std::string(*string)) : std::nullopt;
                if (!fits(parameter, held))
                    return wrong("The parameter " + parameter + " cannot have this value.");
                if (!address.parameters.emplace(std::move(parameter), held).second)
                    return wrong("A parameter is given twice.");
            }
        }
    }
    if (!has_email) return wrong("An address needs an email.");
    return address;
}

} // namespace

SetResult<Envelope> read_new_envelope(jmap::Value value) {
    const auto object = jmap::as_object(value);
    if (!object) return wrong("It must be an object.");
    std::optional<jmap::Value> mail_from;
    std::optional<jmap::Array> rcpt_to;
    for (const auto [name, content] : *object) {
        if (name == "mailFrom")
            mail_from = content;
        else if (name == "rcptTo")
            rcpt_to = jmap::as_array(content);
        else
            return wrong("An envelope has no other members than mailFrom and rcptTo.");
    }
    if (!mail_from || !rcpt_to) return wrong("An envelope has a mailFrom and an array rcptTo.");
    Envelope envelope;
    auto sender = read_address(*mail_from, of_sender);
    if (!sender) return tl::unexpected(sender.error());
    if (sender->parameters.contains("HOLDFOR") && sender->parameters.contains("HOLDUNTIL"))
        return wrong("HOLDFOR and HOLDUNTIL exclude each other.");
    envelope.mail_from = std::move(*sender);
    for (const jmap::Value item : *rcpt_to) {
        if (envelope.rcpt_to.size() == most_read) return wrong("There are too many recipients.");
        auto recipient = read_address(item, of_recipient);
        if (!recipient) return tl::unexpected(recipient.error());
        envelope.rcpt_to.push_back(std::move(*recipient));
    }
    return envelope;
}

SetResult<store::Time> release_time(const Envelope& envelope, store::Time now, std::uint64_t most_delay) {
    const auto& parameters = envelope.mail_from.parameters;
    store::Time at = now;
    if (const auto hold = parameters.find("HOLDFOR"); hold != parameters.end())
        at = now + static_cast<store::Time>(read_digits(*hold->second).value_or(0));
    if (const auto hold = parameters.find("HOLDUNTIL"); hold != parameters.end())
        at = std::max(now, jmap::parse_date(*hold->second).value_or(now));
    if (at - now > static_cast<store::Time>(most_delay))
        return wrong("A submission cannot be held for so long.");
    return at;
}

} // namespace facteur
