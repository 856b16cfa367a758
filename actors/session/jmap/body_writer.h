// Writes the body of an Email: its parts and the texts in them (RFC 8621 §4.1.4).
#pragma once

#include "actors/session/jmap/email_content.h"
#include "actors/session/jmap/email_selection.h"
#include "transport/jmap/writer.h"

#include <string_view>
#include <vector>

namespace facteur {

class BodyWriter {
public:
    BodyWriter(const EmailSelection& selection, EmailContent& content, jmap::Writer& out)
        : selection_(selection), content_(content), parts_(content.structure().parts), out_(out) {}

    void write_list(std::string_view name, const std::vector<std::uint32_t>& parts);
    void write_tree();   // bodyStructure
    void write_values(); // bodyValues

private:
    [[nodiscard]] bool is_multipart(std::size_t part) const;
    void write_part(std::size_t part, bool in_tree);
    void write_names(const store::PartRow& part, bool multipart);
    void write_header(const store::PartRow& part);
    void write_children(std::size_t part);
    void write_value(const store::PartRow& part);

    const EmailSelection& selection_;
    EmailContent& content_;
    const std::vector<store::PartRow>& parts_;
    jmap::Writer& out_;
};

} // namespace facteur
