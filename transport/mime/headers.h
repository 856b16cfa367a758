// Header fields and the parsed forms of RFC 8621 §4.1.2.
//
// A header block is the bytes from the first field up to the blank line (Part::header). `Fields` walks it in
// place; the forms below take the raw value of one field (Field::value) and never fail: what breaks the
// grammar gives the best reading, at worst nothing.
//
// All text that comes out is valid UTF-8 without NUL. Octets over 127 outside encoded words are UTF-8
// (RFC 6532), or else windows-1252, which is what real mail means by them; only `raw` replaces them by
// U+FFFD, as RFC 8621 asks. Everything is linear in the value and bounded by it. Thread-safety: pure
// functions over the caller's bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::mime {

struct Field {
    std::string_view name;  // as written, without the colon and white space before it
    std::string_view value; // after the colon up to the line end that ends the field, folds kept
    std::size_t offset = 0; // of the name, from the start of the block
    std::size_t size = 0;   // of the whole field with its line end
};

// for (const Field& field : Fields(header)) …
// Lines that are no field (mbox "From " lines, garbage) are passed over. A blank line ends the walk.
class Fields {
public:
    explicit Fields(std::string_view header) : header_(header) {}

    class Iterator {
    public:
        Iterator() = default;
        explicit Iterator(std::string_view header) : header_(header) { advance(); }
        const Field& operator*() const { return field_; }
        const Field* operator->() const { return &field_; }
        Iterator& operator++() {
            advance();
            return *this;
        }
        bool operator==(const Iterator& other) const { return done_ == other.done_ && next_ == other.next_; }

    private:
        void advance();

        std::string_view header_;
        Field field_;
        std::size_t next_ = 0;
        bool done_ = false;
        friend class Fields;
    };

    Iterator begin() const { return Iterator(header_); }
    Iterator end() const;

private:
    std::string_view header_;
};

// ASCII case-insensitive, as field names are.
bool same_name(std::string_view a, std::string_view b);

std::optional<Field> first_field(std::string_view header, std::string_view name);
std::optional<Field> last_field(std::string_view header,
                                std::string_view name); // RFC 8621: the instance that counts
std::vector<Field> all_fields(std::string_view header, std::string_view name);

// The header block of a whole message (for callers that have no parsed structure).
std::string_view header_of(std::string_view message);

// ---- forms ---------------------------------------------------------------------------------------------

struct Address {
    std::string name;  // decoded; empty: none
    std::string email; // addr-spec without comments and white space; best reading when it is no addr-spec
    bool operator==(const Address&) const = default;
};

struct AddressGroup {
    std::optional<std::string> name; // nothing: addresses that stand in no group
    std::vector<Address> addresses;
    bool operator==(const AddressGroup&) const = default;
};

struct Date {
    std::int64_t seconds = 0;      // since 1970-01-01T00:00:00Z
    std::int32_t zone_minutes = 0; // east of UTC
    bool operator==(const Date&) const = default;
};

std::string raw(std::string_view value);                             // §4.1.2.1
std::string text(std::string_view value);                            // §4.1.2.2
std::vector<Address> addresses(std::string_view value);              // §4.1.2.3
std::vector<AddressGroup> grouped_addresses(std::string_view value); // §4.1.2.4
std::vector<std::string> message_ids(std::string_view value);        // §4.1.2.5, without < >; empty: null
std::optional<Date> date(std::string_view value);                    // §4.1.2.6, RFC 5322 §3.3 and §4.3
std::vector<std::string> urls(std::string_view value);               // §4.1.2.7, without < >; empty: null

// Many fields of one name (To twice) as one list, in order.
std::vector<Address> all_addresses(std::string_view header, std::string_view name);

// "2014-10-30T14:12:00+08:00"; RFC 3339 with the zone of the date, "Z" when that is 0.
std::string iso_date(const Date& date);
// "2014-10-30T06:12:00Z"
std::string iso_utc(std::int64_t seconds);
// Reads either (JMAP Date, UTCDate); fractions of seconds are dropped. Nothing when it is no such date.
std::optional<Date> parse_iso_date(std::string_view text);

// ---- what a list, a thread and IMAP ENVELOPE need, in one walk -----------------------------------------

struct Envelope {
    std::optional<Date> sent; // Date
    std::string subject;      // decoded
    std::vector<Address> from, sender, reply_to, to, cc, bcc;
    std::vector<std::string> message_ids, in_reply_to, references; // without < >
};

Envelope envelope(std::string_view header);

} // namespace facteur::mime
