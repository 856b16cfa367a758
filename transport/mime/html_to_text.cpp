#include "transport/mime/ascii.h"
#include "transport/mime/body.h"
#include "transport/mime/decode.h"
#include "transport/mime/html_entities.h"
#include "transport/mime/html_text.h"

#include <algorithm>
#include <array>

namespace facteur::mime {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& sorted, std::string_view name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

constexpr std::array<std::string_view, 42> blocks = {
    "address", "article", "aside", "blockquote", "body", "br", "caption",  "center",     "dd",
    "details", "dialog",  "dir",   "div",        "dl",   "dt", "fieldset", "figcaption", "figure",
    "footer",  "form",    "h1",    "h2",         "h3",   "h4", "h5",       "h6",         "header",
    "hr",      "legend",  "li",    "main",       "nav",  "ol", "option",   "p",          "pre",
    "section", "summary", "table", "tr",         "ul",   "xmp"};
static_assert(std::is_sorted(blocks.begin(), blocks.end()));

// Elements whose content is neither markup nor shown. Nothing else in <head> has text.
constexpr std::array<std::string_view, 7> hidden_raw = {"iframe", "noembed",  "noframes", "script",
                                                        "style",  "template", "title"};
static_assert(std::is_sorted(hidden_raw.begin(), hidden_raw.end()));

constexpr std::size_t longest_tag = 16;

constexpr std::array<bool, 256> make_ends_run() {
    std::array<bool, 256> table{};
    for (const char c : {'<', '&', ' ', '\t', '\r', '\n', '\f', '\0'})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr auto ends_run = make_ends_run(); // what is more than a character of text

class HtmlReader {
public:
    HtmlReader(std::string_view html, const HtmlTextOptions& options)
        : html_(html), most_(options.max_octets == 0 ? std::string::npos : options.max_octets),
          without_quotes_(options.without_quotes), last_greater_(html.rfind('>')),
          last_double_(html.rfind('"')), last_single_(html.rfind('\'')),
          last_comment_end_(html.rfind("-->")) {}

    std::string read() {
        while (at_ < html_.size() && out_.size() <= most_ && !ended_) {
            const char c = html_[at_];
            if (c == '<')
                markup();
            else if (c == '&')
                reference();
            else if (is_space(c) || c == '\f')
                white(c);
            else if (c == '\0')
                ++at_;
            else
                text_run();
        }
        while (!out_.empty() && is_space(out_.back()))
            out_.pop_back();
        return std::move(out_);
    }

private:
    // ---- text ------------------------------------------------------------------------------------------

    bool shown() const { return quote_depth_ == 0; }

    void text_run() {
        std::size_t end = at_;
        while (end < html_.size() && !ends_run[static_cast<unsigned char>(html_[end])])
            ++end;
        put(html_.substr(at_, end - at_));
        at_ = end;
    }

    void reference() {
        std::string character;
        const auto size = append_reference(character, html_.substr(at_));
        if (size == 0) {
            put(html_.substr(at_, 1));
            ++at_;
            return;
        }
        at_ += size;
        if (character == "\xC2\xA0" || character == " " || character == "\n" || character == "\t")
            space_ = true;
        else
            put(character);
    }

    void white(char c) {
        if (c == '\n' && pre_depth_ > 0)
            end_line(true);
        else
            space_ = true;
        ++at_;
    }

    void put(std::string_view text) {
        if (!shown()) return;
        if (space_ && !out_.empty() && out_.back() != '\n') out_ += ' ';
        space_ = false;
        out_ += text;
    }

    // `always`: a line end even after one, but never more than one empty line.
    void end_line(bool always) {
        space_ = false;
        if (!shown() || out_.empty()) return;
        if (out_.back() == '\n' && !always) return;
        if (out_.size() > 1 && out_.back() == '\n' && out_[out_.size() - 2] == '\n') return;
        out_ += '\n';
    }

    // ---- markup ----------------------------------------------------------------------------------------

    void markup() {
        const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
        if (is_alpha(next)) return tag(false);
        if (next == '/' && at_ + 2 < html_.size() && is_alpha(html_[at_ + 2])) return tag(true);
        if (next == '!' || next == '?' || next == '/') return declaration();
        put("<");
        ++at_;
    }

    void declaration() {
        const auto rest = html_.substr(at_);
        if (rest.starts_with("<!-->") || rest.starts_with("<!--->")) {
            at_ += rest[4] == '>' ? 5 : 6;
        } else if (rest.starts_with("<!--") && last_comment_end_ != std::string_view::npos &&
                   last_comment_end_ >= at_ + 4) {
            at_ = html_.find("-->", at_ + 4) + 3;
        } else if (comes(last_greater_)) {
            at_ = html_.find('>', at_) + 1;
        } else {
            put("<");
            ++at_;
        }
    }

    bool comes(std::size_t last) const { return last != std::string_view::npos && last >= at_; }

    // The octet after the ">" that ends the tag at `at_`; quotes that nothing closes do not count. Nothing
    // when no ">" comes.
    std::size_t tag_end() const {
        if (!comes(last_greater_)) return std::string_view::npos;
        for (std::size_t i = at_ + 1; i < html_.size(); ++i) {
            const char c = html_[i];
            if (c == '>') return i + 1;
            if ((c != '"' && c != '\'') || !follows_equals(i)) continue;
            const auto last = c == '"' ? last_double_ : last_single_;
            if (last > i) i = html_.find(c, i + 1);
        }
        return html_.find('>', at_) + 1;
    }

    bool follows_equals(std::size_t at) const {
        while (at > 0 && is_space(html_[at - 1]))
            --at;
        return at > 0 && html_[at - 1] == '=';
    }

    void tag(bool closing) {
        const auto end = tag_end();
        if (end == std::string_view::npos) {
            put("<");
            ++at_;
            return;
        }
        const auto source = html_.substr(at_, end - at_);
        at_ = end;
        std::size_t size = closing ? 2 : 1;
        const std::size_t begin = size;
        while (size < source.size() && (is_alpha(source[size]) || is_digit(source[size])))
            ++size;
        if (size - begin > longest_tag) return;
        element(lowered(source.substr(begin, size - begin)), closing, source);
    }

    void element(const std::string& name, bool closing, std::string_view source) {
        if (!closing && is_one_of(hidden_raw, name)) return skip_raw(name);
        if (name == "td" || name == "th") {
            space_ = true;
        } else if (name == "blockquote" && without_quotes_) {
            quote(closing);
        } else if (without_quotes_ && !closing && is_reply_mark(source)) {
            ended_ = !out_.empty();
        }
        if (name == "pre") pre_depth_ = closing ? pre_depth_ - (pre_depth_ > 0 ? 1 : 0) : pre_depth_ + 1;
        if (is_one_of(blocks, name)) end_line(name == "br" || (name == "p" && !closing));
    }

    void quote(bool closing) {
        if (!closing)
            ++quote_depth_;
        else if (quote_depth_ > 0)
            --quote_depth_;
    }

    // What Gmail, Outlook and Thunderbird put before the message that is answered.
    static bool is_reply_mark(std::string_view source) {
        if (source.size() > 300) return false;
        return source.find("gmail_quote") != std::string_view::npos ||
               source.find("divRplyFwdMsg") != std::string_view::npos ||
               source.find("moz-cite-prefix") != std::string_view::npos;
    }

    // To the end tag, or to the end when there is none; each element is searched once after it failed.
    void skip_raw(const std::string& name) {
        for (std::size_t from = at_; (from = html_.find("</", from)) != std::string_view::npos; from += 2) {
            if (!has_prefix_text(html_.substr(from + 2), name)) continue;
            const auto end = html_.find('>', from);
            at_ = end == std::string_view::npos ? html_.size() : end + 1;
            return;
        }
        at_ = html_.size();
    }

    std::string_view html_;
    std::size_t most_;
    bool without_quotes_;
    // Where these come last, so that no search for one that does not come is made twice.
    std::size_t last_greater_, last_double_, last_single_, last_comment_end_;
    std::size_t at_ = 0;
    std::string out_;
    bool space_ = false;
    bool ended_ = false;
    std::size_t pre_depth_ = 0;
    std::size_t quote_depth_ = 0;
};

} // namespace

std::string html_text(std::string_view html, const HtmlTextOptions& options) {
    std::string text = HtmlReader(html, options).read();
    if (!is_valid_utf8(text)) text = repair_utf8(text);
    if (options.max_octets != 0) text.resize(utf8_prefix(text, options.max_octets).size());
    return text;
}

std::string html_to_text(std::string_view html, std::size_t max_octets) {
    return html_text(html, {max_octets, false});
}

} // namespace facteur::mime
