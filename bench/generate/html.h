// HTML mail: newsletters as agencies send them, and what nobody should be shown as it is.
#pragma once

#include "bench/generate/mail.h"

namespace facteur::generate {

std::string newsletter_html(const Person& from, const std::string& title, Random& random);
std::string newsletter_text(const std::string& title, Random& random);

// Scripts, event handlers, forms, frames, refreshes, CSS that runs or calls home, SVG, mutation tricks;
// harmless when it is shown well, and telling when it is not: what runs would call `alert` or a name of
// .example.
std::size_t hostile_count();
std::string hostile_html(std::size_t which);
std::string hostile_title(std::size_t which);

// Messages that break the rules as real ones do: no closing delimiter, bare LF, 8-bit header, wrong charset…
std::size_t broken_count();
std::string broken_message(std::size_t which, const Person& from, const Person& to, std::int64_t at,
                           Random& random);

} // namespace facteur::generate
