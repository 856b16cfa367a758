// The converter behind html_to_text. Private to transport/mime.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace facteur::mime {

struct HtmlTextOptions {
    std::size_t max_octets = 0; // 0: no limit
    bool without_quotes =
        false; // <blockquote> and what follows a mail program's mark of a reply are left out
};

std::string html_text(std::string_view html, const HtmlTextOptions& options);

} // namespace facteur::mime
