#include "transport/dkim/sign.h"

#include "transport/base/base64.h"
#include "transport/mime/headers.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

namespace facteur::dkim {
namespace {

struct SignedField {
    std::string_view name;
    bool shown = false; // to a reader: none may be added
};
constexpr std::array signed_fields{
    SignedField{"From", true},
    SignedField{"Reply-To", true},
    SignedField{"Subject", true},
    SignedField{"Date", true},
    SignedField{"To", true},
    SignedField{"Cc", true},
    SignedField{"Message-ID"},
    SignedField{"In-Reply-To"},
    SignedField{"References"},
    SignedField{"MIME-Version"},
    SignedField{"Content-Type", true},
    SignedField{"Content-Transfer-Encoding"},
    SignedField{"Content-Language"},
    SignedField{"Auto-Submitted"},
    SignedField{"List-Id"},
    SignedField{"List-Unsubscribe"},
    SignedField{"List-Unsubscribe-Post"},
    SignedField{"List-Post"},
    SignedField{"List-Help"},
};
constexpr std::size_t line_octets = 72; // of a folded signature
constexpr std::string_view line_start = "\r\n\t";

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

class Sha256 {
public:
    Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
    void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
    std::string finish() {
        std::string digest(32, '\0');
        EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
        return digest;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

// Runs of blanks become one space, those at the end go.
void append_relaxed(std::string& out, std::string_view line) {
    bool blank = false;
    for (const char c : line) {
        if (is_blank(c)) {
            blank = true;
            continue;
        }
        if (blank) out += ' ';
        blank = false;
        out += c;
    }
}

std::string fold(std::string_view text) {
    std::string out;
    for (; text.size() > line_octets; text.remove_prefix(line_octets))
        out.append(text.substr(0, line_octets)).append(line_start);
    return out.append(text);
}

// The names for h=, and the fields that they mean, relaxed, each with its CRLF.
struct Headers {
    std::string names, fields;
};
Headers choose(std::string_view header) {
    Headers chosen;
    std::size_t line = 0;
    const auto name = [&](std::string_view what) {
        if (!chosen.names.empty()) chosen.names += ':';
        if (line > line_octets - what.size()) {
            chosen.names += line_start;
            line = 0;
        }
        chosen.names += what;
        line += what.size() + 1;
    };
    for (const auto& kind : signed_fields) {
        const auto instances = mime::all_fields(header, kind.name);
        // A name stands for the instances from the last one up (§5.4.2).
        for (auto field = instances.rbegin(); field != instances.rend(); ++field) {
            name(kind.name);
            chosen.fields += relaxed_field(field->name, field->value) + "\r\n";
        }
        if (kind.shown) name(kind.name);
    }
    return chosen;
}

} // namespace

std::string relaxed_field(std::string_view name, std::string_view value) {
    std::string out;
    for (const char c : name)
        out += lower(c);
    out += ':';
    std::string unfolded;
    for (const char c : value)
        if (c != '\r' && c != '\n') unfolded += c;
    const auto first = static_cast<std::size_t>(std::find_if_not(unfolded.begin(), unfolded.end(), is_blank) -
                                                unfolded.begin());
    append_relaxed(out, std::string_view(unfolded).substr(first));
    return out;
}

std::string relaxed_body_hash(std::string_view body) {
    Sha256 hash;
    std::string line;
    std::size_t empty_lines = 0; // those at the end of the body do not count
    while (!body.empty()) {
        const auto end = body.find("\r\n");
        line.clear();
        append_relaxed(line, body.substr(0, end));
        // A line of blanks only is an empty one.
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
        if (line.empty()) {
            ++empty_lines;
            continue;
        }
        for (; empty_lines > 0; --empty_lines)
            hash.add("\r\n");
        hash.add(line);
        hash.add("\r\n");
    }
    return hash.finish();
}

Result<std::string> sign(std::string_view message, const std::vector<Signer>& signers, std::int64_t at) {
    const auto header = mime::header_of(message);
    if (!mime::first_field(header, "From")) return fail(Code::malformed, "The message has no From.");
    auto body = message.substr(static_cast<std::size_t>(header.data() - message.data()) + header.size());
    if (body.starts_with("\r\n")) body.remove_prefix(2);
    const auto chosen = choose(header);
    const auto body_hash = encode_base64(relaxed_body_hash(body));

    std::string fields;
    for (const auto& signer : signers) {
        const auto value =
            fmt::format(" v=1; a={}-sha256; c=relaxed/relaxed; d={};{}s={}; t={};{}bh={};{}h={};{}b=",
                        signer.key.type() == KeyType::rsa ? "rsa" : "ed25519", signer.domain, line_start,
                        signer.selector, at, line_start, body_hash, line_start, chosen.names, line_start);
        const auto signature = signer.key.sign(chosen.fields + relaxed_field("DKIM-Signature", value));
        if (!signature) return tl::unexpected(signature.error());
        fields += fmt::format("DKIM-Signature:{}{}\r\n", value, fold(encode_base64(*signature)));
    }
    return fields;
}

} // namespace facteur::dkim
