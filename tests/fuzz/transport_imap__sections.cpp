// Any message, any section of it: what is found lies within the message, parts that BODYSTRUCTURE counts are
// there, and nothing else makes the numbers go deeper than the tree.
#include "transport/imap/body_structure.h"
#include "transport/imap/section.h"

#include <cstdlib>

using namespace facteur;
using namespace facteur::imap;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) return 0;
    std::vector<std::uint32_t> numbers;
    for (std::size_t i = 0; i < data[0] % 7u; ++i)
        numbers.push_back(data[i + 1] % 4u + 1);
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 8, size - 8);
    const auto message = mime::parse(bytes);
    const auto parts = section_parts(message);
    for (int text = 0; text < 6; ++text) {
        const Section section{numbers, static_cast<Section::Text>(text), {}};
        const auto found = resolve_section(parts, bytes.size(), section);
        if (!found) continue;
        require(found->span.end() <= bytes.size() && found->part < parts.size());
        if (found->has_fields) {
            const auto header = found->span.of(bytes);
            const auto some = select_fields(header, {"Subject"}, false),
                       rest = select_fields(header, {"subject"}, true);
            require(some.size() + rest.size() <= header.size() + 8);
        }
    }
    const auto whole = resolve_section(parts, bytes.size(), {});
    require(whole && whole->span.size == bytes.size());
    // The numbers that the parser gives its leaves find those leaves.
    for (std::size_t i = 0; i < message.parts.size() && i < 50; ++i) {
        const auto& part = message.parts[i];
        if (part.is_multipart || part.section.empty()) continue;
        std::vector<std::uint32_t> path(1, 0);
        for (const char c : part.section) {
            if (c == '.')
                path.push_back(0);
            else
                path.back() = path.back() * 10 + static_cast<std::uint32_t>(c - '0');
        }
        const auto found = resolve_binary(parts, bytes.size(), path);
        require(found && found->span == part.body && found->encoding == part.encoding);
    }
    std::string out;
    write_body_structure(out, body_parts(message, bytes).parts, true);
    require(out.starts_with('(') && out.ends_with(')'));
    return 0;
}
