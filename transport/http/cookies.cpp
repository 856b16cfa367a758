#include "transport/http/cookies.h"

#include <fmt/format.h>

namespace facteur::http {
namespace {

// RFC 6265 §4.1.1: octets of a cookie; a stray ";" would begin an attribute.
void append_clean(std::string& out, std::string_view text, std::string_view refused) {
    for (const char c : text)
        if (c > ' ' && c < 0x7f && refused.find(c) == std::string_view::npos) out.push_back(c);
}

} // namespace

std::string write_set_cookie(const SetCookie& cookie) {
    std::string out;
    append_clean(out, cookie.name, "=;,\"\\()<>@:/[]?{}");
    out.push_back('=');
    append_clean(out, cookie.value, ";,\"\\");
    if (!cookie.path.empty()) {
        out += "; Path=";
        append_clean(out, cookie.path, ";");
    }
    if (cookie.max_age) fmt::format_to(std::back_inserter(out), "; Max-Age={}", *cookie.max_age);
    if (cookie.secure) out += "; Secure";
    if (cookie.http_only) out += "; HttpOnly";
    switch (cookie.same_site) {
    case SameSite::strict: out += "; SameSite=Strict"; break;
    case SameSite::lax: out += "; SameSite=Lax"; break;
    case SameSite::none: out += "; SameSite=None"; break;
    }
    return out;
}

} // namespace facteur::http
