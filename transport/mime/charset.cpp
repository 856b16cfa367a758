#include "transport/mime/charset.h"

#include "transport/mime/ascii.h"
#include "transport/mime/utf8.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <memory>

namespace facteur::mime {
namespace {

enum class Kind { utf8, ascii, windows_1252, none, icu };

struct Label {
    std::string_view label;
    Kind kind;
    const char* icu = nullptr;
};

// What labels mean in real mail (WHATWG Encoding §4.2), and misspellings that are seen; sorted.
constexpr std::array labels = {
    Label{"646", Kind::ascii},
    Label{"8bit", Kind::none},
    Label{"ansi_x3.110-1983", Kind::windows_1252},
    Label{"ansi_x3.4-1968", Kind::ascii},
    Label{"ascii", Kind::ascii},
    Label{"cp1252", Kind::windows_1252},
    Label{"cp932", Kind::icu, "ibm-943_P15A-2003"},
    Label{"cp936", Kind::icu, "gb18030"},
    Label{"cp949", Kind::icu, "windows-949"},
    Label{"default", Kind::none},
    Label{"euc-kr", Kind::icu, "windows-949"},
    Label{"gb2312", Kind::icu, "gb18030"},
    Label{"gb_2312-80", Kind::icu, "gb18030"},
    Label{"gbk", Kind::icu, "gb18030"},
    Label{"iso-8859-1", Kind::windows_1252},
    Label{"iso-8859-11", Kind::icu, "windows-874"},
    Label{"iso-8859-8-e", Kind::icu, "iso-8859-8"},
    Label{"iso-8859-8-i", Kind::icu, "iso-8859-8"},
    Label{"iso-8859-9", Kind::icu, "windows-1254"},
    Label{"iso8859-1", Kind::windows_1252},
    Label{"iso88591", Kind::windows_1252},
    Label{"iso_8859-1", Kind::windows_1252},
    Label{"ks_c_5601", Kind::icu, "windows-949"},
    Label{"ks_c_5601-1987", Kind::icu, "windows-949"},
    Label{"ksc5601", Kind::icu, "windows-949"},
    Label{"latin1", Kind::windows_1252},
    Label{"shift-jis", Kind::icu, "ibm-943_P15A-2003"},
    Label{"shift_jis", Kind::icu, "ibm-943_P15A-2003"},
    Label{"sjis", Kind::icu, "ibm-943_P15A-2003"},
    Label{"unicode-1-1-utf-7", Kind::icu, "utf-7"},
    Label{"unicode-1-1-utf-8", Kind::utf8},
    Label{"unknown", Kind::none},
    Label{"unknown-8bit", Kind::none},
    Label{"us-ascii", Kind::ascii},
    Label{"utf-8", Kind::utf8},
    Label{"utf8", Kind::utf8},
    Label{"utf8mb4", Kind::utf8},
    Label{"windows-1252", Kind::windows_1252},
    Label{"x-gbk", Kind::icu, "gb18030"},
    Label{"x-sjis", Kind::icu, "ibm-943_P15A-2003"},
    Label{"x-unknown", Kind::none},
};
static_assert(std::is_sorted(labels.begin(), labels.end(),
                             [](const Label& a, const Label& b) { return a.label < b.label; }));

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

struct Charset {
    Kind kind = Kind::none;
    Converter converter; // of Kind::icu
};

std::string normal_label(std::string_view charset) {
    constexpr std::string_view around = " \t\r\n\"'<>;,";
    const auto begin = charset.find_first_not_of(around);
    if (begin == std::string_view::npos) return {};
    charset.remove_prefix(begin);
    charset = charset.substr(0, charset.find_last_not_of(around) + 1);
    return charset.size() > 60 ? std::string() : lowered(charset);
}

struct Named {
    Kind kind = Kind::none; // none: nobody knows the label
    std::string icu;
};

Named find_name(std::string_view charset) {
    std::string label = normal_label(charset);
    if (label.empty()) return {};
    const auto found = std::lower_bound(labels.begin(), labels.end(), label,
                                        [](const Label& a, const std::string& b) { return a.label < b; });
    if (found != labels.end() && found->label == label)
        return {found->kind, found->icu == nullptr ? std::string() : found->icu};
    UErrorCode status = U_ZERO_ERROR;
    if (ucnv_countAliases(label.c_str(), &status) == 0 || U_FAILURE(status)) return {};
    return {Kind::icu, std::move(label)};
}

Charset open_charset(std::string_view charset) {
    const Named named = find_name(charset);
    Charset out{named.kind, nullptr};
    if (named.kind != Kind::icu) return out;
    UErrorCode status = U_ZERO_ERROR;
    out.converter.reset(ucnv_open(named.icu.c_str(), &status));
    if (U_FAILURE(status)) return {};
    return out;
}

constexpr std::array<char16_t, 32> windows_1252_high = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::string from_windows_1252(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto run = ascii_run(bytes, at);
        out.append(bytes, at, run);
        at += run;
        for (; at < bytes.size() && is_eight_bit(bytes[at]); ++at) {
            const auto octet = static_cast<unsigned char>(bytes[at]);
            append_utf8(out, octet < 0xA0 ? windows_1252_high[octet - 0x80U] : octet);
        }
    }
    return out;
}

// Counts what the converter replaces by U+FFFD.
void on_malformed(const void* context, UConverterToUnicodeArgs* arguments, const char* units,
                  std::int32_t length, UConverterCallbackReason reason, UErrorCode* status) {
    if (reason <= UCNV_IRREGULAR) *static_cast<bool*>(const_cast<void*>(context)) = true;
    UCNV_TO_U_CALLBACK_SUBSTITUTE(nullptr, arguments, units, length, reason, status);
}

// One pass of UTF-16 to UTF-8; a surrogate may be cut between two calls.
class Utf16Appender {
public:
    explicit Utf16Appender(std::string& out) : out_(out) {}

    void append(const UChar* units, const UChar* end) {
        for (; units != end; ++units) {
            const char16_t unit = *units;
            if (high_ != 0 && unit >= 0xDC00 && unit < 0xE000) {
                append_utf8(out_, 0x10000U + ((high_ - 0xD800U) << 10) + (unit - 0xDC00U));
                high_ = 0;
                continue;
            }
            finish();
            if (unit >= 0xD800 && unit < 0xDC00)
                high_ = unit;
            else
                append_utf8(out_, unit);
        }
    }
    void finish() {
        if (high_ != 0) append_utf8(out_, 0xFFFD);
        high_ = 0;
    }

private:
    std::string& out_;
    char32_t high_ = 0;
};

Utf8 from_icu(UConverter& converter, std::string_view bytes, bool complete) {
    Utf8 out;
    out.text.reserve(bytes.size() + bytes.size() / 4);
    UErrorCode status = U_ZERO_ERROR;
    ucnv_setToUCallBack(&converter, on_malformed, &out.problem, nullptr, nullptr, &status);
    Utf16Appender appender(out.text);
    const char* from = bytes.data();
    const char* const end = from + bytes.size();
    do {
        std::array<UChar, 2048> units;
        UChar* to = units.data();
        status = U_ZERO_ERROR;
        ucnv_toUnicode(&converter, &to, units.data() + units.size(), &from, end, nullptr, complete ? 1 : 0,
                       &status);
        appender.append(units.data(), to);
    } while (status == U_BUFFER_OVERFLOW_ERROR);
    appender.finish();
    if (U_FAILURE(status)) out.problem = true;
    return out;
}

// In text that is called UTF-8 and has no character of several octets that is one, each octet is a character
// of its own: some program forgot to convert.
bool has_multibyte_character(std::string_view bytes) {
    for (std::size_t at = ascii_run(bytes, 0); at < bytes.size();) {
        const auto sequence = utf8_sequence(bytes, at);
        if (sequence.valid && sequence.size > 1) return true;
        at += sequence.size;
        if (at < bytes.size()) at += ascii_run(bytes, at);
    }
    return false;
}

Utf8 from_utf8(std::string_view bytes) {
    if (is_valid_utf8(bytes)) return {std::string(bytes), false};
    return {has_multibyte_character(bytes) ? repair_utf8(bytes) : from_windows_1252(bytes), true};
}

std::string_view without_cut_character(std::string_view bytes) {
    for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
        const auto octet = static_cast<unsigned char>(bytes[bytes.size() - back]);
        if (octet < 0x80) break;
        if (octet < 0xC0) continue;
        if (utf8_sequence(bytes, bytes.size() - back).cut) bytes.remove_suffix(back);
        break;
    }
    return bytes;
}

Utf8 convert(std::string_view bytes, std::string_view charset, bool complete) {
    const Charset found = open_charset(charset);
    if (found.kind == Kind::windows_1252) return {from_windows_1252(bytes), false};
    if (found.kind == Kind::icu) return from_icu(*found.converter, bytes, complete);
    if (!complete) bytes = without_cut_character(bytes);
    if (found.kind == Kind::utf8) return from_utf8(bytes);
    const bool unknown = found.kind == Kind::none && !trimmed(charset).empty();
    if (is_valid_utf8(bytes)) return {std::string(bytes), unknown};
    return {from_windows_1252(bytes), unknown || found.kind == Kind::ascii};
}

Utf8 cleaned(Utf8 text) {
    if (text.text.starts_with("\xEF\xBB\xBF")) text.text.erase(0, 3);
    if (text.text.find('\0') != std::string::npos) std::erase(text.text, '\0');
    return text;
}

} // namespace

Utf8 to_utf8(std::string_view bytes, std::string_view charset) {
    return cleaned(convert(bytes, charset, true));
}

Utf8 to_utf8_beginning(std::string_view bytes, std::string_view charset) {
    return cleaned(convert(bytes, charset, false));
}

bool charset_known(std::string_view charset) {
    const Named named = find_name(charset);
    return named.kind != Kind::none;
}

} // namespace facteur::mime
