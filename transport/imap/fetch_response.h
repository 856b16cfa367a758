// FETCH and UIDFETCH responses (RFC 9051 §7.5.2, RFC 9586 and others), item by item:
//
//   FetchWriter fetch(out, number);          // "* 12 FETCH (", to a string or an Output
//   fetch.flags({"\\Seen"});
//   fetch.section(section, {}, octets);      // then exactly so many octets are appended to `out`, or are
//   sent out += bytes;                            // after what `out` holds, in as many pieces as one likes
//   fetch.finish();                          // ")\r\n"
//
// Every item writes its own space. Inline is what an answer for each message of a mailbox is made of.
// Thread-safety: a FetchWriter belongs to one caller.
#pragma once

#include "transport/imap/body_structure.h"
#include "transport/imap/envelope.h"
#include "transport/imap/fetch_item.h"
#include "transport/imap/strings.h"
#include "transport/mime/headers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facteur::imap {

class FetchWriter {
public:
    enum class By { number, uid }; // uid: UIDFETCH (RFC 9586), when UIDONLY is enabled
    FetchWriter(Output& out, std::uint32_t number, Wire wire = {}, By by = By::number)
        : out_(out), wire_(wire) {
        begin(number, by);
    }
    // To the end of `out`, which between two items has what was written and may be written to.
    FetchWriter(std::string& out, std::uint32_t number, Wire wire = {}, By by = By::number)
        : own_(std::in_place, out), out_(*own_), wire_(wire) {
        begin(number, by);
    }
    // Goes on with a response that another began, which has written an item of it.
    struct GoOn {};
    FetchWriter(Output& out, Wire wire, GoOn) : out_(out), wire_(wire), begun_(true) {}
    FetchWriter(const FetchWriter&) = delete;
    FetchWriter& operator=(const FetchWriter&) = delete;

    void flags(const std::vector<std::string_view>& flags);
    // As they are written: "\\Seen $Forwarded".
    void flags_text(std::string_view flags) {
        item("FLAGS (");
        out_.put(flags);
        out_.put(')');
        end_item();
    }
    void uid(std::uint32_t uid) {
        item("UID ");
        write_number(out_, uid);
        end_item();
    }
    void internal_date(const mime::Date& date);
    void size(std::uint64_t octets);
    void modseq(std::uint64_t modseq) {
        item("MODSEQ (");
        write_number(out_, modseq);
        out_.put(')');
        end_item();
    }
    void envelope(const EnvelopeView& envelope);
    void body(const std::vector<BodyPart>& parts);           // BODY
    void body_structure(const std::vector<BodyPart>& parts); // BODYSTRUCTURE
    void preview(std::optional<std::string_view> text);      // RFC 8970; nothing: NIL
    void save_date(std::optional<mime::Date> date);          // RFC 8514
    void email_id(std::string_view id);                      // RFC 8474
    void thread_id(std::optional<std::string_view> id);      // nothing: NIL

    // BODY[…] and BODY[…]<offset>: the octets follow. Nothing: NIL, no such part.
    void section(const Section& section, std::optional<std::uint64_t> offset,
                 std::optional<std::uint64_t> octets);
    // BINARY[…]; `literal8`: the octets have a NUL, or one does not know.
    void binary(const std::vector<std::uint32_t>& part, std::optional<std::uint64_t> offset,
                std::optional<std::uint64_t> octets, bool literal8 = true);
    void binary_size(const std::vector<std::uint32_t>& part, std::uint64_t octets);
    // RFC822, RFC822.HEADER, RFC822.TEXT: the octets follow.
    void rfc822(FetchItem::Kind kind, std::uint64_t octets);

    [[nodiscard]] bool is_empty() const { return !begun_; }
    void finish() {
        if (own_) own_->resume();
        out_.put(")\r\n");
        end_item();
    }

private:
    void begin(std::uint32_t number, By by) {
        out_.put("* ");
        write_number(out_, number);
        if (by == By::uid)
            out_.put(" UIDFETCH (");
        else
            out_.put(" FETCH (");
        end_item();
    }
    void item(std::string_view name) {
        if (own_) own_->resume();
        if (begun_) out_.put(' ');
        begun_ = true;
        out_.put(name);
    }
    // Who gave a string may write to it between two items.
    void end_item() {
        if (own_) own_->trim();
    }
    void octets_follow(std::optional<std::uint64_t> offset, std::optional<std::uint64_t> octets,
                       bool literal8);

    std::optional<Output> own_;
    Output& out_;
    Wire wire_;
    bool begun_ = false;
};

// "BODY[1.HEADER.FIELDS (DATE FROM)]", as a response names it.
void write_section(Output& out, const Section& section);
inline void write_section(std::string& out, const Section& section) {
    Output to(out);
    write_section(to, section);
}
void write_part_numbers(Output& out, const std::vector<std::uint32_t>& part); // "1.2"

} // namespace facteur::imap
