// Writes Email objects (RFC 8621 §4.1). What a list shows comes from the email row, in place; the structure
// row, the header and the body are read only for properties that need them.
#pragma once

#include "actors/session/jmap/email_content.h"
#include "actors/session/jmap/email_selection.h"
#include "transport/jmap/writer.h"

namespace facteur {

class EmailWriter {
public:
    EmailWriter(const EmailSelection& selection, jmap::Writer& out) : selection_(selection), out_(out) {}

    void write(const store::EmailView& row, EmailContent& content);
    // Of an email that is not in the store (RFC 8621 §4.9): its metadata is null. `blob`: its id.
    void write_parsed(std::string_view blob, const store::EmailView& row, EmailContent& content);

private:
    [[nodiscard]] bool wants(EmailProperty property) const { return selection_.email.wants(property); }
    void write_metadata(const store::EmailView& row);
    void write_null_metadata(std::string_view blob);
    void write_content(const store::EmailView& row, EmailContent& content);
    void write_ids(EmailContent& content);
    void write_people(const store::EmailView& row, EmailContent& content);
    void write_header(EmailContent& content);
    void write_body(EmailContent& content);

    const EmailSelection& selection_;
    jmap::Writer& out_;
};

} // namespace facteur
