// Layout of an email row, little-endian:
//
//     0 version=1   1 bits   2 u16 mailboxes   4 u32 flags   8 u64 id   16 u64 thread   24 i64 received   32
//     i64 sent 40 u64 size   48 u64 created   56 u64 changed   64 hash   96 u16 other keywords   98 u8 from
//     99 u8 to 100 u16 subject   102 u16 sort_subject   104 u16 preview   106 u16 keyword octets 108
//     mailboxes: u32 id, u32 uid each; keywords: u8 length, octets each; subject; sort_subject; preview;
//     addresses, from then to: u16 name, u16 email, octets.
// Each mailbox has, when bit 4 is set, which is so in all that is written: i64 saved * 2 + deleted.
#include "store/codec.h"
#include "store/rows_codec.h"

#include <algorithm>
#include <bit>

namespace facteur::store {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are read in place, little-endian");

constexpr std::uint8_t email_row_version = 1;
constexpr std::uint8_t bit_attachment = 1;
constexpr std::uint8_t bit_more_addresses = 2;
constexpr std::uint8_t bit_long_places = 4;
constexpr std::size_t short_place = 8, long_place = 16;
constexpr std::size_t fixed = 108;
// What a row holds of longer texts and lists.
constexpr std::size_t longest_subject = 1024, longest_sort_subject = 128, longest_preview = 1024,
                      longest_address_part = 1024, most_addresses = 4;

template <typename Integer>
Integer at(std::string_view bytes, std::size_t offset) {
    Integer value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

template <typename Integer>
void put(std::string& out, Integer value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

bool has_long_places(std::string_view bytes) {
    return (at<std::uint8_t>(bytes, 1) & bit_long_places) != 0;
}
std::size_t place_size(std::string_view bytes) {
    return has_long_places(bytes) ? long_place : short_place;
}

// Where each variable part starts.
struct Places {
    std::size_t mailboxes, keywords, subject, sort_subject, preview, addresses;
};
Places places(std::string_view bytes) {
    Places p{};
    p.mailboxes = fixed;
    p.keywords = p.mailboxes + place_size(bytes) * at<std::uint16_t>(bytes, 2);
    p.subject = p.keywords + at<std::uint16_t>(bytes, 106);
    p.sort_subject = p.subject + at<std::uint16_t>(bytes, 100);
    p.preview = p.sort_subject + at<std::uint16_t>(bytes, 102);
    p.addresses = p.preview + at<std::uint16_t>(bytes, 104);
    return p;
}

// Reads `count` addresses from `offset` on and moves it past them; false when they do not fit.
bool read_addresses(std::string_view bytes, std::size_t& offset, std::size_t count,
                    std::vector<AddressView>* out) {
    for (std::size_t i = 0; i < count; ++i) {
        if (offset + 4 > bytes.size()) return false;
        const std::size_t name = at<std::uint16_t>(bytes, offset),
                          email = at<std::uint16_t>(bytes, offset + 2);
        if (name > longest_address_part || email > longest_address_part) return false;
        if (offset + 4 + name + email > bytes.size()) return false;
        if (out != nullptr)
            out->push_back({bytes.substr(offset + 4, name), bytes.substr(offset + 4 + name, email)});
        offset += 4 + name + email;
    }
    return true;
}

bool keywords_fit(std::string_view block, std::size_t count) {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (offset >= block.size()) return false;
        offset += 1u + static_cast<std::uint8_t>(block[offset]);
    }
    return offset == block.size();
}

std::string_view clamp(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<std::uint8_t>(text[limit]) & 0xc0) == 0x80)
        --limit;
    return text.substr(0, limit);
}

void put_addresses(std::string& out, const std::vector<Address>& addresses, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = clamp(addresses[i].name, longest_address_part),
                   email = clamp(addresses[i].email, longest_address_part);
        put(out, static_cast<std::uint16_t>(name.size()));
        put(out, static_cast<std::uint16_t>(email.size()));
        out.append(name).append(email);
    }
}

} // namespace

std::string encode(const EmailRow& row) {
    const auto subject = clamp(row.subject, longest_subject),
               sort_subject = clamp(row.sort_subject, longest_sort_subject),
               preview = clamp(row.preview, longest_preview);
    const auto from = std::min(row.from.size(), most_addresses), to = std::min(row.to.size(), most_addresses);
    const bool more = row.more_addresses || row.from.size() > from || row.to.size() > to;
    std::string keywords;
    for (const auto& other : row.keywords.others) {
        put(keywords, static_cast<std::uint8_t>(std::min<std::size_t>(other.size(), 255)));
        keywords.append(other, 0, 255);
    }

    std::string out;
    out.reserve(fixed + long_place * row.mailboxes.size() + keywords.size() + subject.size() +
                preview.size() + 512);
    put(out, email_row_version);
    put(out, static_cast<std::uint8_t>((row.has_attachment ? bit_attachment : 0) |
                                       (more ? bit_more_addresses : 0) | bit_long_places));
    put(out, static_cast<std::uint16_t>(row.mailboxes.size()));
    put(out, row.keywords.flags);
    put(out, row.id);
    put(out, row.thread);
    put(out, row.received);
    put(out, row.sent);
    put(out, row.size);
    put(out, row.created);
    put(out, row.changed);
    out.append(reinterpret_cast<const char*>(row.body.bytes.data()), row.body.bytes.size());
    put(out, static_cast<std::uint16_t>(row.keywords.others.size()));
    put(out, static_cast<std::uint8_t>(from));
    put(out, static_cast<std::uint8_t>(to));
    put(out, static_cast<std::uint16_t>(subject.size()));
    put(out, static_cast<std::uint16_t>(sort_subject.size()));
    put(out, static_cast<std::uint16_t>(preview.size()));
    put(out, static_cast<std::uint16_t>(keywords.size()));
    for (const auto& ref : row.mailboxes) {
        put(out, ref.mailbox);
        put(out, ref.uid);
        put(out,
            static_cast<std::int64_t>(static_cast<std::uint64_t>(ref.saved) << 1 | (ref.deleted ? 1 : 0)));
    }
    out.append(keywords).append(subject).append(sort_subject).append(preview);
    put_addresses(out, row.from, from);
    put_addresses(out, row.to, to);
    return out;
}

Result<EmailView> EmailView::over(std::string_view bytes) {
    const auto bad = [] { return fail(Code::corrupt, "An email row is damaged."); };
    if (bytes.size() < fixed || at<std::uint8_t>(bytes, 0) != email_row_version) return bad();
    const auto p = places(bytes);
    if (p.addresses > bytes.size()) return bad();
    if (at<std::uint8_t>(bytes, 1) > (bit_attachment | bit_more_addresses | bit_long_places) ||
        at<std::uint8_t>(bytes, 98) > most_addresses || at<std::uint8_t>(bytes, 99) > most_addresses ||
        at<std::uint16_t>(bytes, 100) > longest_subject ||
        at<std::uint16_t>(bytes, 102) > longest_sort_subject ||
        at<std::uint16_t>(bytes, 104) > longest_preview)
        return bad();
    if (!keywords_fit(bytes.substr(p.keywords, p.subject - p.keywords), at<std::uint16_t>(bytes, 96)))
        return bad();
    auto offset = p.addresses;
    const std::size_t addresses = at<std::uint8_t>(bytes, 98) + at<std::uint8_t>(bytes, 99);
    if (!read_addresses(bytes, offset, addresses, nullptr) || offset != bytes.size()) return bad();
    return EmailView(bytes);
}

bool EmailView::is_newest_form() const {
    return has_long_places(bytes_);
}
EmailId EmailView::id() const {
    return at<EmailId>(bytes_, 8);
}
ThreadId EmailView::thread() const {
    return at<ThreadId>(bytes_, 16);
}
Hash EmailView::body() const {
    return at<Hash>(bytes_, 64);
}
std::uint64_t EmailView::size() const {
    return at<std::uint64_t>(bytes_, 40);
}
Time EmailView::received() const {
    return at<Time>(bytes_, 24);
}
Time EmailView::sent() const {
    return at<Time>(bytes_, 32);
}
Modseq EmailView::created() const {
    return at<Modseq>(bytes_, 48);
}
Modseq EmailView::changed() const {
    return at<Modseq>(bytes_, 56);
}
bool EmailView::has_attachment() const {
    return (at<std::uint8_t>(bytes_, 1) & bit_attachment) != 0;
}
bool EmailView::more_addresses() const {
    return (at<std::uint8_t>(bytes_, 1) & bit_more_addresses) != 0;
}
std::uint32_t EmailView::flags() const {
    return at<std::uint32_t>(bytes_, 4);
}

std::string_view EmailView::subject() const {
    const auto p = places(bytes_);
    return bytes_.substr(p.subject, p.sort_subject - p.subject);
}
std::string_view EmailView::sort_subject() const {
    const auto p = places(bytes_);
    return bytes_.substr(p.sort_subject, p.preview - p.sort_subject);
}
std::string_view EmailView::preview() const {
    const auto p = places(bytes_);
    return bytes_.substr(p.preview, p.addresses - p.preview);
}

std::vector<std::string_view> EmailView::other_keywords() const {
    std::vector<std::string_view> others;
    auto offset = places(bytes_).keywords;
    for (std::size_t count = at<std::uint16_t>(bytes_, 96); count > 0; --count) {
        const std::size_t size = at<std::uint8_t>(bytes_, offset);
        others.push_back(bytes_.substr(offset + 1, size));
        offset += 1 + size;
    }
    return others;
}
bool EmailView::has_keyword(std::string_view other) const {
    const auto others = other_keywords();
    return std::find(others.begin(), others.end(), other) != others.end();
}
Keywords EmailView::keywords() const {
    Keywords keywords{flags(), {}};
    for (const auto other : other_keywords())
        keywords.others.emplace_back(other);
    return keywords;
}

std::size_t EmailView::place_count() const {
    return at<std::uint16_t>(bytes_, 2);
}
MailboxRef EmailView::place(std::size_t number) const {
    const auto size = place_size(bytes_), offset = fixed + size * number;
    MailboxRef ref{at<MailboxId>(bytes_, offset), at<Uid>(bytes_, offset + 4)};
    if (size == short_place) return ref;
    const auto last = at<std::int64_t>(bytes_, offset + 8);
    ref.deleted = (last & 1) != 0;
    ref.saved = last >> 1;
    return ref;
}
std::vector<MailboxRef> EmailView::refs() const {
    std::vector<MailboxRef> refs(place_count());
    for (std::size_t i = 0; i < refs.size(); ++i)
        refs[i] = place(i);
    return refs;
}
std::vector<MailboxRef> EmailView::mailboxes() const {
    auto seen = refs();
    std::erase_if(seen, [](const MailboxRef& ref) { return ref.deleted; });
    return seen;
}
std::optional<MailboxRef> EmailView::ref(MailboxId mailbox) const {
    for (std::size_t i = 0; i < place_count(); ++i)
        if (const auto of = place(i); of.mailbox == mailbox) return of;
    return std::nullopt;
}
bool EmailView::in_mailbox(MailboxId mailbox) const {
    const auto found = ref(mailbox);
    return found && !found->deleted;
}
bool EmailView::is_hidden() const {
    for (std::size_t i = 0; i < place_count(); ++i)
        if (!place(i).deleted) return false;
    return true;
}

std::vector<AddressView> EmailView::from() const {
    std::vector<AddressView> addresses;
    auto offset = places(bytes_).addresses;
    read_addresses(bytes_, offset, at<std::uint8_t>(bytes_, 98), &addresses);
    return addresses;
}
std::vector<AddressView> EmailView::to() const {
    std::vector<AddressView> addresses;
    auto offset = places(bytes_).addresses;
    read_addresses(bytes_, offset, at<std::uint8_t>(bytes_, 98), nullptr);
    read_addresses(bytes_, offset, at<std::uint8_t>(bytes_, 99), &addresses);
    return addresses;
}

EmailRow EmailView::row() const {
    EmailRow row;
    row.id = id();
    row.thread = thread();
    row.body = body();
    row.size = size();
    row.received = received();
    row.sent = sent();
    row.created = created();
    row.changed = changed();
    row.has_attachment = has_attachment();
    row.keywords = keywords();
    row.mailboxes = refs();
    for (const auto& address : from())
        row.from.push_back({std::string(address.name), std::string(address.email)});
    for (const auto& address : to())
        row.to.push_back({std::string(address.name), std::string(address.email)});
    row.more_addresses = more_addresses();
    row.subject = subject();
    row.sort_subject = sort_subject();
    row.preview = preview();
    return row;
}

} // namespace facteur::store
