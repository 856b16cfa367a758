#include "transport/base/ascii.h"
#include "transport/mime/decode.h"
#include "transport/vacation/vacation.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace facteur::vacation {
namespace {

using ascii::has_prefix_text;
using ascii::same_text;

bool has(std::string_view header, std::string_view name) {
    return mime::first_field(header, name).has_value();
}
// The first word of a field, in lower case; empty when there is none.
std::string word_of(std::string_view header, std::string_view name) {
    const auto field = mime::first_field(header, name);
    if (!field) return {};
    const auto value = ascii::trimmed(field->value);
    return ascii::lowered(value.substr(0, value.find_first_of(" \t\r\n;(")));
}

// Local parts behind which there is no person. `local` is in lower case.
bool is_robot(std::string_view local) {
    constexpr std::array<std::string_view, 16> whole{
        "mailer-daemon", "postmaster",      "listserv",        "majordomo",    "noreply", "no-reply",
        "no_reply",      "donotreply",      "do-not-reply",    "do_not_reply", "bounce",  "bounces",
        "nepasrepondre", "ne-pas-repondre", "ne_pas_repondre", "root"};
    constexpr std::array<std::string_view, 9> begins{"owner-",   "noreply+",  "no-reply+",
                                                     "noreply-", "no-reply-", "bounce-",
                                                     "bounces-", "bounce+",   "ne-pas-repondre-"};
    constexpr std::array<std::string_view, 8> ends{"-request",       "-owner",          "-bounces",
                                                   "-bounce",        "-noreply",        "-no-reply",
                                                   "-nepasrepondre", "-ne-pas-repondre"};
    return std::find(whole.begin(), whole.end(), local) != whole.end() ||
           std::any_of(begins.begin(), begins.end(), [&](auto part) { return local.starts_with(part); }) ||
           std::any_of(ends.begin(), ends.end(), [&](auto part) { return local.ends_with(part); });
}
std::string_view local_of(std::string_view address) {
    return address.substr(0, address.rfind('@'));
}

// "anne+x@a.test" is Anne's when "anne@a.test" is (RFC 5233).
bool is_same(std::string_view own, std::string_view address) {
    if (same_text(own, address)) return true;
    const auto at = address.rfind('@'), plus = address.find('+');
    if (at == std::string_view::npos || plus == std::string_view::npos || plus == 0 || plus > at)
        return false;
    return same_text(own, std::string(address.substr(0, plus)).append(address.substr(at)));
}
bool is_own(const Owner& owner, std::string_view address) {
    return std::any_of(owner.addresses.begin(), owner.addresses.end(),
                       [&](const auto& own) { return is_same(own, address); });
}

bool is_automatic(std::string_view header) {
    // RFC 3834 §5: any value but "no".
    const auto submitted = word_of(header, "Auto-Submitted");
    if (!submitted.empty() && submitted != "no") return true;
    for (const auto* name : {"X-Autoreply", "X-Autorespond", "X-Auto-Reply"}) // older programs
        if (has(header, name) && word_of(header, name) != "no") return true;
    return word_of(header, "Content-Type") == "multipart/report";
}

// Exchange: which automatic answers are not wanted, [MS-OXCMAIL] §2.1.3.2.20.
bool is_suppressed(std::string_view header) {
    const auto field = mime::first_field(header, "X-Auto-Response-Suppress");
    if (!field) return false;
    const auto value = ascii::lowered(field->value);
    for (std::size_t at = 0; at <= value.size();) {
        const auto end = std::min(value.find_first_of(",;", at), value.size());
        const auto word = ascii::trimmed(std::string_view(value).substr(at, end - at));
        if (word == "all" || word == "oof" || word == "autoreply") return true;
        at = end + 1;
    }
    return false;
}

bool is_bulk(std::string_view header) {
    const auto precedence = word_of(header, "Precedence");
    return precedence == "bulk" || precedence == "list" || precedence == "junk";
}

bool is_list(std::string_view header) {
    for (const auto& field : mime::Fields(header))
        if (has_prefix_text(field.name, "List-") || same_text(field.name, "Mailing-List") ||
            same_text(field.name, "X-Mailing-List"))
            return true;
    return false;
}

bool names_owner(const Owner& owner, std::string_view header) {
    for (const auto* name : {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"})
        for (const auto& address : mime::all_addresses(header, name))
            if (is_own(owner, address.email)) return true;
    return false;
}

// A path that another server wrote down as null, before the message was fetched or forwarded.
bool has_null_return_path(std::string_view header) {
    const auto field = mime::first_field(header, "Return-Path");
    return field && ascii::trimmed(field->value) == "<>";
}

} // namespace

std::string_view name_of(Verdict verdict) {
    constexpr std::array<std::string_view, 13> names{
        "answer",    "disabled",   "not_begun", "over", "null_sender", "robot",    "own",
        "automatic", "suppressed", "bulk",      "list", "junk",        "not_named"};
    return names.at(static_cast<std::size_t>(verdict));
}

Verdict decide(const Vacation& vacation, const Owner& owner, std::string_view header,
               const std::optional<smtp::Mailbox>& sender, std::int64_t now) {
    if (!vacation.is_enabled) return Verdict::disabled;
    if (vacation.from && now < *vacation.from) return Verdict::not_begun;
    if (vacation.to && now >= *vacation.to) return Verdict::over;
    if (!sender || has_null_return_path(header)) return Verdict::null_sender;
    if (is_robot(ascii::lowered(sender->local))) return Verdict::robot;
    for (const auto& author : mime::all_addresses(header, "From"))
        if (is_robot(ascii::lowered(local_of(author.email)))) return Verdict::robot;
    if (is_own(owner, sender->local + "@" + sender->domain)) return Verdict::own;
    if (is_automatic(header)) return Verdict::automatic;
    if (is_suppressed(header)) return Verdict::suppressed;
    if (is_list(header)) return Verdict::list;
    if (is_bulk(header)) return Verdict::bulk;
    if (word_of(header, "X-Spam-Flag") == "yes") return Verdict::junk;
    return names_owner(owner, header) ? Verdict::answer : Verdict::not_named;
}

std::string once_key(const Vacation& vacation, const smtp::Mailbox& sender) {
    std::string text = mime::to_nfc(ascii::lowered(sender.local + "@" + sender.domain));
    const auto add = [&](const std::string& part) {
        text.append(1, '\0').append(std::to_string(part.size())) += ':' + part;
    };
    for (const auto& time : {vacation.from, vacation.to})
        add(time ? std::to_string(*time) : "");
    for (const auto* part : {&vacation.subject, &vacation.text, &vacation.html})
        add(part->value_or(""));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string out;
    for (unsigned i = 0; i < size; ++i)
        for (const int shift : {4, 0})
            out += "0123456789abcdef"[digest.at(i) >> shift & 15];
    return out;
}

} // namespace facteur::vacation
