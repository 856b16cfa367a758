// Random rows and commits: every field of every kind takes every form that it may have.
#pragma once

#include "store/change.h"

#include <algorithm>
#include <random>
#include <string>

namespace facteur::store::test {

class RandomRows {
public:
    explicit RandomRows(unsigned seed) : random_(seed) {}

    Commit commit() {
        Commit made{number<ShardId>(), number<Sequence>(), number<AccountId>(), number<Modseq>(), time(), {}};
        for (auto count = below(6); count > 0; --count)
            made.changes.push_back(change(below(std::variant_size_v<Change>)));
        return made;
    }
    // One of the kind with this place in the variant.
    Change change(std::size_t kind) {
        switch (kind) {
        case 0: return EmailAdded{email(), structure(), flip()};
        case 1: return EmailUpdated{number<EmailId>(), keywords(), refs()};
        case 2: return EmailRemoved{number<EmailId>()};
        case 3: return MailboxPut{mailbox()};
        case 4: return MailboxRemoved{number<MailboxId>()};
        case 5: return ObjectPut{object_type(), text(20), text(200)};
        case 6: return ObjectRemoved{object_type(), text(20)};
        case 7: return UploadPut{upload()};
        case 8: return UploadRemoved{hash()};
        case 9: return DeliveryNoted{hash(), time()};
        case 10: return QueuePut{time(), text(20), text(200)};
        case 11: return QueueRemoved{time(), text(20)};
        case 12: return AccountPut{account()};
        default: return AccountRemoved{number<AccountId>()};
        }
    }

    EmailRow email() {
        EmailRow row;
        row.id = number<EmailId>();
        row.thread = number<ThreadId>();
        row.body = hash();
        row.size = number<std::uint64_t>();
        row.received = time();
        row.sent = time();
        row.created = number<Modseq>();
        row.changed = number<Modseq>();
        row.has_attachment = flip();
        row.keywords = keywords();
        row.mailboxes = refs();
        row.from = addresses(4);
        row.to = addresses(4);
        row.more_addresses = flip();
        row.subject = text(200);
        row.sort_subject = text(20);
        row.preview = text(100);
        return row;
    }
    StructureRow structure() {
        StructureRow row;
        row.message_ids = texts(3);
        row.in_reply_to = texts(3);
        row.references = texts(10);
        for (auto* list : {&row.sender, &row.from, &row.to, &row.cc, &row.bcc, &row.reply_to})
            *list = addresses(6);
        row.subject = text(200);
        row.sent = time();
        row.sent_zone = static_cast<std::int32_t>(below(2000)) - 1000;
        for (auto count = below(5); count > 0; --count)
            row.parts.push_back(part());
        for (auto* list : {&row.text_body, &row.html_body, &row.attachments})
            for (auto count = below(3); count > 0; --count)
                list->push_back(number<std::uint32_t>());
        row.complete = flip();
        row.date = text(40);
        for (auto count = below(3); count > 0; --count)
            row.envelopes.push_back(envelope());
        return row;
    }
    EnvelopeRow envelope() {
        EnvelopeRow row;
        row.part = static_cast<std::int32_t>(below(10)) - 1;
        for (auto* field : {&row.date, &row.subject, &row.in_reply_to, &row.message_id})
            *field = text(30);
        for (auto* list : {&row.from, &row.sender, &row.reply_to, &row.to, &row.cc, &row.bcc})
            for (auto count = below(3); count > 0; --count)
                list->push_back({text(10), text(20), static_cast<EnvelopeAddressIs>(below(3))});
        return row;
    }
    PartRow part() {
        PartRow row;
        row.parent = static_cast<std::int32_t>(below(10)) - 1;
        for (auto* field :
             {&row.header_offset, &row.header_size, &row.body_offset, &row.body_size, &row.decoded_size})
            *field = number<std::uint64_t>();
        row.lines = number<std::uint32_t>();
        row.encoding = static_cast<std::uint8_t>(below(6));
        row.in_message = flip();
        for (auto* field : {&row.type, &row.subtype, &row.charset, &row.name, &row.disposition,
                            &row.content_id, &row.language, &row.location, &row.section})
            *field = text(20);
        row.parameters = texts(4);
        row.description = text(20);
        row.md5 = text(20);
        row.disposition_parameters = texts(4);
        return row;
    }
    MailboxRow mailbox() {
        return {
            number<MailboxId>(),    number<MailboxId>(), text(50), text(10), number<std::uint32_t>(), flip(),
            number<std::uint32_t>()};
    }
    UploadRow upload() { return {hash(), number<std::uint64_t>(), text(20), time()}; }
    AccountRow account() {
        AccountRow row;
        row.id = number<AccountId>();
        row.address = text(30);
        row.aliases = texts(4);
        row.name = text(30);
        row.password_hash = text(60);
        if (flip()) row.scram = ScramKeys{text(16), number<std::uint32_t>(), text(32), text(32)};
        row.status = flip() ? AccountStatus::active : AccountStatus::suspended;
        row.quota = number<std::uint64_t>();
        row.locale = text(2);
        row.created = time();
        for (auto count = below(4); count > 0; --count)
            row.profile[text(10)] = text(20);
        return row;
    }

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool flip() { return below(2) == 0; }
    // Small and large ones alike, so that every length of a varint comes.
    template <typename Integer>
    Integer number() {
        return static_cast<Integer>(random_() >> below(64));
    }
    Time time() { return static_cast<Time>(random_()) >> below(64); }
    Hash hash() {
        Hash made;
        for (auto& byte : made.bytes)
            byte = static_cast<std::uint8_t>(random_());
        return made;
    }
    std::string text(std::size_t most) {
        std::string made(below(most + 1), '\0');
        for (auto& octet : made)
            octet = static_cast<char>(below(20) == 0 ? random_() : 'a' + below(26));
        return made;
    }

private:
    std::vector<std::string> texts(std::size_t most) {
        std::vector<std::string> made(below(most + 1));
        for (auto& one : made)
            one = text(30);
        return made;
    }
    std::vector<Address> addresses(std::size_t most) {
        std::vector<Address> made(below(most + 1));
        for (auto& one : made)
            one = {text(20), text(30)};
        return made;
    }
    Keywords keywords() {
        Keywords made{number<std::uint32_t>(), {}};
        for (auto count = below(4); count > 0; --count)
            made.others.push_back("k" + std::to_string(count) + text(20));
        std::sort(made.others.begin(), made.others.end());
        return made;
    }
    std::vector<MailboxRef> refs() {
        std::vector<MailboxRef> made(below(4));
        for (auto& one : made)
            one = {number<MailboxId>(), number<Uid>(), flip(), time() >> 2};
        return made;
    }
    ObjectType object_type() { return static_cast<ObjectType>(1 + below(7)); }

    std::mt19937_64 random_;
};

} // namespace facteur::store::test
