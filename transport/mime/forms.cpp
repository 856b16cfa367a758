// The forms of RFC 8621 §4.1.2 that have no grammar of their own.
#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"
#include "transport/mime/headers.h"

#include <algorithm>

namespace facteur::mime {
namespace {

std::string without_white(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (!is_space(c)) out += c;
    return guess_utf8(out);
}

// What stands in "<" and ">", white space (folds within an id) left out.
std::vector<std::string> in_angles(std::string_view value) {
    std::vector<std::string> out;
    std::size_t open = std::string_view::npos;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '<') {
            open = i + 1;
        } else if (value[i] == '>' && open != std::string_view::npos) {
            std::string item = without_white(value.substr(open, i - open));
            if (!item.empty()) out.push_back(std::move(item));
            open = std::string_view::npos;
        }
    }
    return out;
}

} // namespace

std::string raw(std::string_view value) {
    return repair_utf8(value);
}

std::string text(std::string_view value) {
    return to_nfc(decode_words(trimmed(value)));
}

std::vector<std::string> message_ids(std::string_view value) {
    auto ids = in_angles(value);
    if (!ids.empty()) return ids;
    // An id without its angles, alone: anything longer is the prose of an old In-Reply-To.
    const auto bare = trimmed(value);
    const bool single = std::none_of(bare.begin(), bare.end(), is_space);
    if (single && bare.find('@') != std::string_view::npos &&
        bare.find_first_of("<>") == std::string_view::npos)
        ids.push_back(guess_utf8(bare));
    return ids;
}

std::vector<std::string> urls(std::string_view value) {
    return in_angles(value);
}

} // namespace facteur::mime
