#include "actors/session/http/media_type.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

constexpr std::size_t longest = 200;
constexpr std::string_view unknown = "application/octet-stream";

bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trim(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t'))
        text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t'))
        text.remove_suffix(1);
    return text;
}

// `; name=token` or `; name="quoted"`, without escapes within the quotes.
bool are_parameters(std::string_view rest) {
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';', 1), rest.size());
        const auto parameter = trim(rest.substr(1, end - 1));
        const auto equals = parameter.find('=');
        if (equals == std::string_view::npos || !is_token(parameter.substr(0, equals))) return false;
        auto value = parameter.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
            if (!std::all_of(value.begin(), value.end(),
                             [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; }))
                return false;
        } else if (!is_token(value)) {
            return false;
        }
        rest.remove_prefix(end);
    }
    return true;
}

} // namespace

std::string clean_media_type(std::string_view text) {
    text = trim(text);
    const auto end = std::min(text.find(';'), text.size());
    const auto type = trim(text.substr(0, end));
    const auto slash = type.find('/');
    if (text.size() > longest || slash == std::string_view::npos || !is_token(type.substr(0, slash)) ||
        !is_token(type.substr(slash + 1)) || !are_parameters(text.substr(end)))
        return std::string(unknown);
    std::string clean(type);
    std::transform(clean.begin(), clean.end(), clean.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return clean.append(text.substr(end));
}

std::string safe_media_type(std::string_view text) {
    constexpr std::array<std::string_view, 9> active{"script", "html", "css",        "wasm",      "xsl",
                                                     "/xml",   "+xml", "multipart/", "livescript"};
    auto type = clean_media_type(text);
    const auto name = std::string_view(type).substr(0, type.find(';'));
    // An SVG image is shown by <img>, where it runs nothing, and is no script or style sheet.
    if (name == "image/svg+xml") return type;
    // PostScript is no script of a browser.
    if (name == "application/postscript") return type;
    for (const auto word : active)
        if (name.find(word) != std::string_view::npos) return std::string(unknown);
    return type;
}

} // namespace facteur
