// Where the properties of an email come from beyond its row: its structure, and octets of its body. Read when
// they are asked for, and then once.
#pragma once

#include "actors/session/jmap/ids.h"
#include "store/snapshot.h"

#include <optional>
#include <string>
#include <string_view>

namespace facteur {

class EmailContent {
public:
    virtual ~EmailContent() = default;
    // Without parts when it is damaged.
    [[nodiscard]] virtual const store::StructureRow& structure() = 0;
    [[nodiscard]] virtual store::Result<std::string> octets(std::uint64_t offset, std::uint64_t size) = 0;
    // Nothing: the part cannot be named as a blob.
    [[nodiscard]] virtual std::optional<std::string> blob_of(const store::PartRow& part) = 0;
    [[nodiscard]] std::string header_of(const store::PartRow& part) {
        return octets(part.header_offset, part.header_size).value_or(std::string{});
    }
};

// An email of the account.
class StoredContent : public EmailContent {
public:
    StoredContent(const store::Snapshot& now, store::AccountId account, const store::EmailView& row)
        : now_(now), account_(account), row_(row) {}

    const store::StructureRow& structure() override {
        if (!structure_) structure_ = now_.structure(account_, row_.id()).value_or(store::StructureRow{});
        return *structure_;
    }
    store::Result<std::string> octets(std::uint64_t offset, std::uint64_t size) override {
        return now_.read_body(row_.body(), offset, size);
    }
    std::optional<std::string> blob_of(const store::PartRow& part) override {
        return blob_id(row_.body(), part);
    }

private:
    const store::Snapshot& now_;
    store::AccountId account_;
    const store::EmailView& row_;
    std::optional<store::StructureRow> structure_;
};

// A blob that was parsed as an email.
class ParsedContent : public EmailContent {
public:
    // `blob`: which octets of which body the bytes are.
    ParsedContent(const BlobId& blob, std::string_view bytes, const store::StructureRow& structure)
        : blob_(blob), bytes_(bytes), structure_(structure) {}

    const store::StructureRow& structure() override { return structure_; }
    store::Result<std::string> octets(std::uint64_t offset, std::uint64_t size) override {
        if (offset >= bytes_.size()) return std::string{};
        return std::string(bytes_.substr(offset, size));
    }
    std::optional<std::string> blob_of(const store::PartRow& part) override;

private:
    const BlobId& blob_;
    std::string_view bytes_;
    const store::StructureRow& structure_;
};

} // namespace facteur
