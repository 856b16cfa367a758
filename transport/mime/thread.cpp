#include "transport/mime/thread.h"

#include "transport/mime/ascii.h"
#include "transport/mime/decode.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace facteur::mime {
namespace {

// What mail programs put before a subject, without its colon, in lower case. É is folded to e first.
constexpr std::array<std::string_view, 22> marks = {"antw", "aw", "doorst", "enc", "fs",  "fw",  "fwd", "i",
                                                    "r",    "re", "ref",    "rep", "res", "rif", "rv",  "sv",
                                                    "tr",   "ts", "vb",     "vl",  "vs",  "wg"};
static_assert(std::is_sorted(marks.begin(), marks.end()));

struct Mark {
    std::string_view rest; // after the colon
};

void skip_wsp(std::string_view& text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
}

// "[list] " at the front; false when there is none.
bool skip_blob(std::string_view& text) {
    if (text.empty() || text.front() != '[') return false;
    const auto end = text.find_first_of("[]", 1);
    if (end == std::string_view::npos || text[end] != ']') return false;
    text.remove_prefix(end + 1);
    skip_wsp(text);
    return true;
}

// "[2]", "(2)" or "^2" after a mark: how many replies some programs count.
void skip_count(std::string_view& text) {
    std::string_view rest = text;
    if (rest.empty() || std::string_view("[(^").find(rest.front()) == std::string_view::npos) return;
    const char close = rest.front() == '[' ? ']' : rest.front() == '(' ? ')' : '\0';
    rest.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < rest.size() && digits < 6 && is_digit(rest[digits]))
        ++digits;
    if (digits == 0) return;
    rest.remove_prefix(digits);
    if (close != '\0') {
        if (rest.empty() || rest.front() != close) return;
        rest.remove_prefix(1);
    }
    text = rest;
}

// "Re:", "RÉP :", "Fwd[2]:" at the front (RFC 5256 §5 subj-refwd, and more).
std::optional<Mark> mark_at(std::string_view text) {
    std::string word;
    while (!text.empty() && word.size() < 8) {
        if (is_alpha(text.front())) {
            word += to_lower(text.front());
            text.remove_prefix(1);
        } else if (text.starts_with("\xC3\x89") || text.starts_with("\xC3\xA9")) {
            word += 'e';
            text.remove_prefix(2);
        } else {
            break;
        }
    }
    if (!std::binary_search(marks.begin(), marks.end(), std::string_view(word))) return std::nullopt;
    if (!text.empty() && text.front() == '.') text.remove_prefix(1); // "Réf. :"
    skip_count(text);
    skip_wsp(text);
    while (skip_blob(text)) {
    }
    if (text.starts_with("\xC2\xA0")) text.remove_prefix(2); // French puts a hard space before its colons
    if (text.starts_with(':'))
        text.remove_prefix(1);
    else if (text.starts_with("\xEF\xBC\x9A")) // full width
        text.remove_prefix(3);
    else
        return std::nullopt;
    return Mark{text};
}

bool ends_in_text(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() && same_text(text.substr(text.size() - suffix.size()), suffix);
}

struct Base {
    std::string_view subject;
    bool is_reply = false;
};

// The steps of RFC 5256 §2.1. Each looks at what it does not take off once: tags are taken off as a run.
Base find_base(std::string_view subject) {
    Base base{trimmed(subject), false};
    std::string_view& text = base.subject;
    while (true) {
        while (ends_in_text(text, "(fwd)")) {
            text = trimmed(text.substr(0, text.size() - 5));
            base.is_reply = true;
        }
        while (true) {
            skip_wsp(text);
            std::string_view after = text, last = text; // after all tags, and at the last of them
            while (true) {
                const std::string_view before = after;
                if (!skip_blob(after)) break;
                last = before;
            }
            if (const auto mark = mark_at(after)) {
                text = mark->rest;
                base.is_reply = true;
                continue;
            }
            text = after.empty() ? last : after;
            break;
        }
        text = trimmed(text);
        if (!has_prefix_text(text, "[fwd:") || !text.ends_with(']')) return base;
        text = trimmed(text.substr(5, text.size() - 6));
        base.is_reply = true;
    }
}

std::string single_spaced(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (!is_space(c))
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return out;
}

// Case and accents away: compatibility decomposition, marks dropped, case folded.
std::string folded(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfkd = icu::Normalizer2::getNFKDInstance(status);
    const icu::UnicodeString units =
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    if (U_FAILURE(status)) return std::string(text);
    const icu::UnicodeString apart = nfkd->normalize(units, status);
    if (U_FAILURE(status)) return std::string(text);
    icu::UnicodeString kept;
    for (std::int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
        const UChar32 c = apart.char32At(i);
        if (u_charType(c) != U_NON_SPACING_MARK) kept.append(c);
    }
    std::string out;
    kept.foldCase().toUTF8String(out);
    return out;
}

} // namespace

std::string base_subject(std::string_view subject) {
    return single_spaced(find_base(subject).subject);
}

bool is_reply_subject(std::string_view subject) {
    return find_base(subject).is_reply;
}

std::string sort_subject(std::string_view subject, std::size_t max_octets) {
    const std::string base = base_subject(subject);
    // Decomposition makes text longer and marks go: four times the octets are enough.
    const auto beginning = utf8_prefix(base, max_octets * 4);
    const std::string text = is_ascii(beginning) ? lowered(beginning) : folded(beginning);
    return std::string(utf8_prefix(text, max_octets));
}

std::vector<std::string> thread_ids(const Envelope& envelope, std::size_t max_ids) {
    std::vector<std::string> out;
    std::unordered_set<std::string_view> seen;
    const auto add = [&](const std::string& id) {
        if (out.size() < max_ids && seen.insert(id).second) out.push_back(id);
    };
    for (const auto& id : envelope.message_ids)
        add(id);
    for (auto id = envelope.references.rbegin(); id != envelope.references.rend() && out.size() < max_ids;
         ++id)
        add(*id);
    for (const auto& id : envelope.in_reply_to)
        add(id);
    return out;
}

} // namespace facteur::mime
