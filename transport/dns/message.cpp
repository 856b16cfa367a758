#include "transport/dns/message.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace facteur::dns {
namespace {

constexpr std::uint16_t type_soa = 6;
constexpr std::uint16_t class_in = 1;
constexpr std::size_t header_octets = 12;
constexpr std::size_t max_name = 253; // as text, without the last dot

void put16(std::string& out, unsigned value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value & 0xff);
}

// Reads a message from its front; `failed` once something did not fit.
struct Reader {
    std::string_view bytes;
    std::size_t at = 0;
    bool failed = false;

    unsigned u8() {
        if (at >= bytes.size()) {
            failed = true;
            return 0;
        }
        return static_cast<unsigned char>(bytes[at++]);
    }
    unsigned u16() {
        const unsigned high = u8();
        return high << 8 | u8();
    }
    std::uint32_t u32() {
        const std::uint32_t high = u16();
        return high << 16 | u16();
    }
    std::string_view take(std::size_t size) {
        if (failed || size > bytes.size() - at) {
            failed = true;
            return {};
        }
        at += size;
        return bytes.substr(at - size, size);
    }
    // RFC 1035 §4.1.4. Pointers lead to what stands before every name read so far, so that none goes round.
    std::string name() {
        std::string out;
        std::size_t here = at, before = at;
        bool jumped = false;
        while (!failed) {
            if (here >= bytes.size()) return broken();
            const auto size = static_cast<unsigned char>(bytes[here]);
            if ((size & 0xc0) == 0xc0) {
                if (here + 1 >= bytes.size()) return broken();
                const std::size_t target = (size & 0x3fU) << 8 | static_cast<unsigned char>(bytes[here + 1]);
                if (!jumped) at = here + 2;
                if (target >= before) return broken();
                jumped = true;
                here = before = target;
                continue;
            }
            if ((size & 0xc0) != 0) return broken();
            if (size == 0) {
                if (!jumped) at = here + 1;
                return out;
            }
            if (here + 1 + size > bytes.size() || out.size() + size + 1 > max_name + 1) return broken();
            if (!out.empty()) out += '.';
            for (const char c : bytes.substr(here + 1, size)) {
                // A dot within a label, or what no host name has, would be another name as text.
                if (c <= 0x20 || c >= 0x7f || c == '.' || c == '\\') return broken();
                out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            }
            here += 1 + size;
        }
        return out;
    }
    std::string broken() {
        failed = true;
        return {};
    }
};

struct RawRecord {
    std::string name;
    unsigned type = 0, record_class = 0;
    std::uint32_t ttl = 0;
    std::size_t data = 0, size = 0; // place in the message
};

std::optional<RawRecord> read_record(Reader& reader) {
    RawRecord record;
    record.name = reader.name();
    record.type = reader.u16();
    record.record_class = reader.u16();
    record.ttl = reader.u32();
    if (record.ttl > 0x7fffffff) record.ttl = 0; // RFC 2181 §8
    record.size = reader.u16();
    record.data = reader.at;
    reader.take(record.size);
    if (reader.failed) return std::nullopt;
    return record;
}

std::optional<Record> read_data(std::string_view message, const RawRecord& raw) {
    // Names in the data may point back into the message.
    Reader reader{message.substr(0, raw.data + raw.size), raw.data};
    const auto data = message.substr(raw.data, raw.size);
    Record record;
    switch (static_cast<Type>(raw.type)) {
    case Type::a:
    case Type::aaaa: {
        const bool is_four = raw.type == static_cast<unsigned>(Type::a);
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (data.size() != (is_four ? 4U : 16U)) return std::nullopt;
        ::inet_ntop(is_four ? AF_INET : AF_INET6, data.data(), text.data(), text.size());
        return Address{text.data()};
    }
    case Type::cname: record = Alias{reader.name()}; break;
    case Type::mx: {
        const auto preference = static_cast<std::uint16_t>(reader.u16());
        record = Mx{preference, reader.name()};
        break;
    }
    case Type::txt: {
        Text text;
        while (!reader.failed && reader.at < raw.data + raw.size)
            text.text += reader.take(reader.u8());
        record = std::move(text);
        break;
    }
    case Type::tlsa:
        if (data.size() < 4) return std::nullopt;
        return Tlsa{static_cast<std::uint8_t>(data[0]), static_cast<std::uint8_t>(data[1]),
                    static_cast<std::uint8_t>(data[2]), std::string(data.substr(3))};
    }
    if (reader.failed || reader.at != raw.data + raw.size) return std::nullopt;
    return record;
}

// RFC 2308 §5: the lesser of the SOA's own TTL and its last field.
std::uint32_t negative_ttl(std::string_view message, const RawRecord& soa) {
    Reader reader{message.substr(0, soa.data + soa.size), soa.data};
    reader.name();
    reader.name();
    reader.take(16); // serial, refresh, retry, expire
    const auto minimum = reader.u32();
    return reader.failed ? 0 : std::min(soa.ttl, minimum);
}

} // namespace

std::optional<std::string> normalise_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > max_name) return std::nullopt;
    std::string out;
    std::size_t label = 0;
    for (const char c : name) {
        if (c == '.') {
            if (label == 0) return std::nullopt;
            label = 0;
        } else {
            const bool is_upper = c >= 'A' && c <= 'Z';
            const bool is_good =
                is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!is_good || ++label > 63) return std::nullopt;
        }
        out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (label == 0) return std::nullopt;
    return out;
}

std::string write_question(std::uint16_t id, std::string_view name, Type type) {
    std::string out;
    put16(out, id);
    put16(out, 0x0120); // RD, AD
    for (const unsigned count : {1U, 0U, 0U, 1U})
        put16(out, count);
    while (!name.empty()) {
        const auto end = std::min(name.find('.'), name.size());
        out += static_cast<char>(end);
        out += name.substr(0, end);
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    out += '\0';
    put16(out, static_cast<unsigned>(type));
    put16(out, class_in);
    out += '\0'; // OPT (RFC 6891 §6.1.2): root, type 41, size, no flags, no data
    put16(out, 41);
    put16(out, 1232);
    out.append(6, '\0');
    return out;
}

Answer read_answer(std::string_view bytes, std::string_view name, Type type) {
    Answer answer;
    answer.canonical_name = name;
    if (bytes.size() < header_octets) return answer;
    Reader reader{bytes};
    reader.u16();
    const unsigned flags = reader.u16();
    const unsigned questions = reader.u16(), answers = reader.u16(), authorities = reader.u16();
    reader.u16();
    const bool is_response = (flags & 0x8000) != 0, is_truncated = (flags & 0x0200) != 0;
    const unsigned code = flags & 0xf;
    if (!is_response || is_truncated || (code != 0 && code != 3) || questions != 1) return answer;
    const auto asked = reader.name();
    const unsigned asked_type = reader.u16();
    reader.u16();
    if (reader.failed || asked != name || asked_type != static_cast<unsigned>(type)) return answer;

    std::vector<RawRecord> records;
    std::uint32_t negative = 0;
    for (unsigned i = 0; i < answers + authorities && i < max_records; ++i) {
        auto record = read_record(reader);
        if (!record) return answer;
        if (record->record_class != class_in) continue;
        if (i < answers)
            records.push_back(std::move(*record));
        else if (record->type == type_soa)
            negative = negative_ttl(bytes, *record);
    }

    std::uint32_t ttl = 0x7fffffff;
    std::vector<Record> found;
    for (std::size_t hops = 0;; ++hops) {
        if (hops > max_aliases) return answer; // a loop
        const RawRecord* alias = nullptr;
        for (const auto& record : records) {
            if (record.name != answer.canonical_name) continue;
            if (record.type == static_cast<unsigned>(Type::cname)) alias = &record;
            if (record.type != static_cast<unsigned>(type)) continue;
            auto data = read_data(bytes, record);
            if (!data) return answer;
            ttl = std::min(ttl, record.ttl);
            found.push_back(std::move(*data));
        }
        if (!found.empty() || alias == nullptr) break;
        const auto target = read_data(bytes, *alias);
        if (!target) return answer;
        ttl = std::min(ttl, alias->ttl);
        answer.canonical_name = std::get<Alias>(*target).target;
    }
    answer.authenticated = (flags & 0x0020) != 0;
    answer.records = std::move(found);
    if (!answer.records.empty())
        answer.outcome = Outcome::found;
    else
        answer.outcome = code == 3 ? Outcome::no_domain : Outcome::no_data;
    answer.ttl = answer.outcome == Outcome::found ? ttl : std::min(ttl, negative);
    return answer;
}

} // namespace facteur::dns
