#include "store/search/words.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace facteur::store::search {
namespace {

// Code points below are folded by a table: Latin letters with their accents.
constexpr UChar32 table_end = 0x250;
// A run without a word's end is cut here, so that ICU never sees more at once.
constexpr std::size_t longest_spaceless_run = 4096;

bool is_combining(UChar32 c) {
    return c >= 0x300 && c < 0x370;
}

// Accents and points that a reader may leave out. Vowel signs of Indic scripts and Thai, and the voicing
// marks of kana, are letters to their readers and stay.
bool is_accent(UChar32 c) {
    const auto of = u_getCombiningClass(c);
    return of == 1 || (of >= 10 && of <= 36) || of >= 200;
}

// What is one letter to Unicode and two, or another, to who types it.
std::u16string_view respelled(UChar32 c) {
    switch (c) {
    case 0x0153: return u"oe"; // œ
    case 0x00e6: return u"ae"; // æ
    case 0x00f8: return u"o";  // ø
    case 0x0111: return u"d";  // đ
    case 0x0142: return u"l";  // ł
    case 0x0131: return u"i";  // ı
    default: return {};
    }
}

std::string cut_to_longest(std::string folded) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < folded.size(); ++i)
        if ((static_cast<std::uint8_t>(folded[i]) & 0xc0) != 0x80 && ++characters > longest_word) {
            folded.resize(i);
            break;
        }
    return folded;
}

std::string fold_slowly(std::string_view word) {
    UErrorCode error = U_ZERO_ERROR;
    const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(error);
    const auto* decompose = icu::Normalizer2::getNFDInstance(error);
    const auto* compose = icu::Normalizer2::getNFCInstance(error);
    if (U_FAILURE(error) != 0) return {};
    // No folding makes a character out of more than a few: what is far beyond the longest word is not read.
    const auto head = word.substr(0, longest_word * 16);
    auto text = icu::UnicodeString::fromUTF8({head.data(), static_cast<std::int32_t>(head.size())});
    text = decompose->normalize(casefold->normalize(text, error), error);
    icu::UnicodeString bare;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const auto c = text.char32At(i);
        if (c == 0 || c == 0xfffd || is_accent(c)) continue;
        if (const auto other = respelled(c); !other.empty())
            bare.append(other.data(), static_cast<std::int32_t>(other.size()));
        else
            bare.append(c);
    }
    std::string folded;
    compose->normalize(bare, error).toUTF8String(folded);
    return U_FAILURE(error) != 0 ? std::string{} : cut_to_longest(std::move(folded));
}

struct Folded {
    std::array<char, 7> bytes{};
    std::uint8_t size = 0;
};
using Table = std::array<Folded, table_end>;

const Table& table() {
    static const Table made = [] {
        Table entries;
        for (UChar32 c = 1; c < table_end; ++c) {
            std::array<char, U8_MAX_LENGTH> encoded{};
            std::int32_t size = 0;
            U8_APPEND_UNSAFE(encoded.data(), size, c);
            const auto folded = fold_slowly({encoded.data(), static_cast<std::size_t>(size)});
            auto& entry = entries[static_cast<std::size_t>(c)];
            entry.size = static_cast<std::uint8_t>(std::min(folded.size(), entry.bytes.size()));
            std::copy_n(folded.data(), entry.size, entry.bytes.data());
        }
        return entries;
    }();
    return made;
}

// What a code point is to the cutter.
enum class Kind : std::uint8_t { between, letter, joined, spaceless };

Kind kind_slowly(UChar32 c) {
    if (c < 0) return Kind::between;
    const auto mask = U_GET_GC_MASK(c);
    if ((mask & (U_GC_M_MASK | U_GC_CF_MASK)) != 0) return Kind::joined;
    if (u_isalnum(c) == 0) return Kind::between;
    const bool spaceless = u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT ||
                           u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) != 0 || (c >= 0x3040 && c < 0x3100) ||
                           (c >= 0xff66 && c < 0xffa0);
    return spaceless ? Kind::spaceless : Kind::letter;
}

Kind kind_of(UChar32 c) {
    static const std::array<Kind, table_end> low = [] {
        std::array<Kind, table_end> kinds{};
        for (UChar32 i = 0; i < table_end; ++i)
            kinds[static_cast<std::size_t>(i)] = kind_slowly(i);
        return kinds;
    }();
    return c >= 0 && c < table_end ? low[static_cast<std::size_t>(c)] : kind_slowly(c);
}

UChar32 character(std::string_view text, std::size_t& at) {
    const auto first = static_cast<std::uint8_t>(text[at]);
    if (first < 0x80) return ++at, first;
    auto place = static_cast<std::int64_t>(at);
    UChar32 c = 0;
    U8_NEXT(text.data(), place, static_cast<std::int64_t>(text.size()), c);
    at = static_cast<std::size_t>(place);
    return c;
}

// What an octet below 128 is folded to; 0: it stands between words.
constexpr std::array<char, 128> ascii = [] {
    std::array<char, 128> folded{};
    for (std::size_t i = 0; i < folded.size(); ++i) {
        const auto c = static_cast<char>(i);
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) folded[i] = c;
        if (c >= 'A' && c <= 'Z') folded[i] = static_cast<char>(c - 'A' + 'a');
    }
    return folded;
}();

// By the table, for words of which `simple` holds: the same as slowly.
void fold_simple(std::string_view word, std::string& out) {
    const auto& entries = table();
    out.clear();
    for (std::size_t at = 0; at < word.size() && out.size() < longest_folding;) {
        const auto c = character(word, at);
        if (c < 0 || c >= table_end) continue; // a combining accent
        const auto& entry = entries[static_cast<std::size_t>(c)];
        out.append(entry.bytes.data(), entry.size);
    }
    if (out.size() > longest_word) out = cut_to_longest(std::move(out));
}

} // namespace

std::string fold(std::string_view word) {
    return fold_slowly(word);
}

WordCutter::WordCutter(std::string_view text) : text_(text.substr(0, longest_text)) {}

// The next word, when it is one of letters that the table has, as most are: cut and folded in one pass, with
// the outcome of the long way. False: what begins at `at_` is to go that way.
bool WordCutter::take_simple(Word& word) {
    auto at = at_;
    while (true) {
        while (at < text_.size() && static_cast<std::uint8_t>(text_[at]) < 0x80 &&
               ascii[static_cast<std::uint8_t>(text_[at])] == 0)
            ++at;
        const auto begin = at;
        std::size_t size = 0;
        char* const to = buffer_.data();
        while (at < text_.size()) {
            const auto octet = static_cast<std::uint8_t>(text_[at]);
            if (octet < 0x80) {
                const auto folded = ascii[octet];
                if (folded == 0) break;
                if (size < longest_folding) to[size++] = folded;
                ++at;
                continue;
            }
            const auto before = at;
            const auto c = character(text_, at);
            const auto kind = kind_of(c);
            if (kind == Kind::between || (kind == Kind::joined && before == begin)) {
                if (before > begin) at = before;
                break;
            }
            const bool is_in_table = c < table_end && kind != Kind::spaceless;
            if (!is_in_table && !is_combining(c)) return at_ = begin, false;
            if (!is_in_table || size >= longest_folding) continue;
            const auto& entry = table()[static_cast<std::size_t>(c)];
            std::copy_n(entry.bytes.data(), entry.size, to + size);
            size += entry.size;
        }
        at_ = at;
        if (size > longest_word) {
            folded_ = cut_to_longest({to, size});
            word = {folded_, begin, at};
            return true;
        }
        if (size > 0) {
            word = {{to, size}, begin, at};
            return true;
        }
        if (at >= text_.size()) return false;
    }
}

// Moves `run_` to the next run of letters, digits and what joins them; false at the end of the text.
bool WordCutter::find_run() {
    simple_ = true;
    spaceless_ = false;
    bool started = false;
    while (at_ < text_.size()) {
        const auto before = at_;
        const auto c = character(text_, at_);
        const auto kind = kind_of(c);
        if (!started) {
            if (kind != Kind::letter && kind != Kind::spaceless) continue;
            run_.begin = before;
            started = true;
        } else if (kind == Kind::between || (spaceless_ && before - run_.begin >= longest_spaceless_run)) {
            run_.end = at_ = before;
            return true;
        }
        if (c >= table_end && !is_combining(c)) simple_ = false;
        if (kind == Kind::spaceless) spaceless_ = true;
    }
    run_.end = at_;
    return started;
}

void WordCutter::cut_run() {
    UErrorCode error = U_ZERO_ERROR;
    // Making one takes longer than cutting a page; it belongs to one thread.
    thread_local const std::unique_ptr<icu::BreakIterator> breaks(
        icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
    UText text = UTEXT_INITIALIZER;
    utext_openUTF8(&text, text_.data() + run_.begin, static_cast<std::int64_t>(run_.end - run_.begin),
                   &error);
    if (breaks && U_SUCCESS(error) != 0) breaks->setText(&text, error);
    if (!breaks || U_FAILURE(error) != 0) {
        parts_.push_back(run_);
        utext_close(&text);
        return;
    }
    auto begin = static_cast<std::size_t>(breaks->first());
    for (auto end = breaks->next(); end != icu::BreakIterator::DONE; end = breaks->next()) {
        parts_.push_back({run_.begin + begin, run_.begin + static_cast<std::size_t>(end)});
        begin = static_cast<std::size_t>(end);
    }
    std::reverse(parts_.begin(), parts_.end());
    utext_close(&text);
}

bool WordCutter::next(Word& word) {
    while (true) {
        if (parts_.empty()) {
            if (take_simple(word)) return true;
            if (!find_run()) return false;
            if (spaceless_)
                cut_run();
            else
                parts_.push_back(run_);
        }
        const auto part = parts_.back();
        parts_.pop_back();
        const auto bytes = text_.substr(part.begin, part.end - part.begin);
        if (simple_)
            fold_simple(bytes, folded_);
        else
            folded_ = fold_slowly(bytes);
        if (folded_.empty()) continue;
        word = {folded_, part.begin, part.end};
        return true;
    }
}

} // namespace facteur::store::search
