#include "actors/session/imap/search.h"
#include "actors/session/imap/search_answer.h"
#include "actors/session/imap/search_order.h"
#include "tests/actors/imap/read_fixture.h"
#include "transport/imap/dates.h"
#include "transport/mime/headers.h"

#include <catch2/catch.hpp>

#include <random>

namespace facteur {
namespace {

using imap::command::Search;
using test::ReadMailbox;

class SearchRoom {
public:
    explicit SearchRoom(ReadMailbox& mailbox) : mailbox_(mailbox) {
        auto indexing = Indexing::start(mailbox.store(), std::chrono::milliseconds(0));
        REQUIRE(indexing.has_value());
        indexing_ = std::move(*indexing);
    }
    // What comes after it is not indexed.
    void stop_indexing() {
        REQUIRE(indexing_->wait_until_current().has_value());
        indexing_->stop();
    }
    void wait() { REQUIRE(indexing_->wait_until_current().has_value()); }

    std::vector<SearchMatch> matches(const imap::SearchKey& key, bool relevancy = false) {
        SearchScope scope{
            ReadMailbox::account, mailbox_.inbox(), map ? map : mailbox_.map(), saved, time_now, relevancy};
        MailboxSearch search(scope, key);
        Turn turn;
        REQUIRE(search.find_texts(*indexing_, turn).has_value());
        auto found = search.run(mailbox_.now(), turn);
        // Through a list that searches share it is the same.
        search.share(entries_, {ReadMailbox::account, mailbox_.inbox(), 0});
        CHECK(search.run(mailbox_.now(), turn) == found);
        return found;
    }
    std::vector<store::Uid> uids(const imap::SearchKey& key) {
        std::vector<store::Uid> found;
        for (const auto& match : matches(key))
            found.push_back(match.uid);
        return found;
    }
    std::vector<store::Uid> uids(const std::string& keys) {
        return uids(test::imap_command<Search>("SEARCH " + keys).criteria.key);
    }
    std::string answer(const std::string& command) {
        const auto asked = test::imap_command<Search>(command);
        const auto found = matches(asked.criteria.key, asked.result.relevancy);
        last_saved = saved_of(asked.result, found);
        std::string out;
        write_search_answer(
            out,
            {"a1", asked.uid, false, asked.result.given, asks_for_modseq(asked.criteria.key), asked.result},
            found, map ? *map : *mailbox_.map());
        return out;
    }

    std::shared_ptr<const UidMap> map; // null: of now
    std::vector<store::Uid> saved, last_saved;
    store::Time time_now = 1'700'100'000;

private:
    ReadMailbox& mailbox_;
    UidEntries entries_;
    std::unique_ptr<Indexing> indexing_;
};

using Uids = std::vector<store::Uid>;

std::string letter(const std::string& from, const std::string& subject, const std::string& body,
                   const std::string& more = {}) {
    return "From: " + from + "\nSubject: " + subject + "\n" + more +
           "Content-Type: text/plain; charset=utf-8\n\n" + body + "\n";
}

} // namespace

TEST_CASE("SEARCH finds by flags, sets, dates and sizes", "[imap]") {
    ReadMailbox mailbox;
    SearchRoom room(mailbox);
    const auto first =
        mailbox.add(letter("a@x.test", "one", "x"), {store::flag_seen, {"project"}}, false, 1'700'000'000);
    mailbox.add(letter("b@x.test", "two", std::string(500, 'y'), "Date: Wed, 15 Nov 2023 01:00:00 +0200\n"),
                {store::flag_flagged, {}}, true, 1'700'050'000);
    const auto third = mailbox.add(letter("c@x.test", "three", "z"), {}, false, 1'700'090'000);
    mailbox.put(third, {store::flag_answered, {}}, true);
    CHECK(room.uids("ALL") == Uids{1, 2, 3});
    CHECK(room.uids("SEEN") == Uids{1});
    CHECK(room.uids("UNSEEN UNDELETED") == Uids{2});
    CHECK(room.uids("DELETED") == Uids{3});
    CHECK(room.uids("OR FLAGGED ANSWERED") == Uids{2, 3});
    CHECK(room.uids("KEYWORD Project") == Uids{1});
    CHECK(room.uids("UNKEYWORD project") == Uids{2, 3});
    CHECK(room.uids("KEYWORD $flagged") == Uids{2});
    CHECK(room.uids("RECENT").empty());
    CHECK(room.uids("OLD NOT NEW") == Uids{1, 2, 3});
    CHECK(room.uids("2:*") == Uids{2, 3});
    CHECK(room.uids("7").empty());
    CHECK(room.uids("UID 2:300 NOT UID 3") == Uids{2});
    room.saved = {1, 3, 9};
    CHECK(room.uids("$ UNSEEN") == Uids{3});
    CHECK(room.uids("ON 14-Nov-2023") == Uids{1});
    CHECK(room.uids("SINCE 15-Nov-2023") == Uids{2, 3});
    CHECK(room.uids("BEFORE 15-Nov-2023") == Uids{1});
    CHECK(room.uids("SENTON 15-Nov-2023") == Uids{2}); // in its own zone
    CHECK(room.uids("SENTBEFORE 15-Nov-2023").empty());
    CHECK(room.uids("SAVEDON 15-Nov-2023 SAVEDATESUPPORTED") == Uids{2, 3});
    CHECK(room.uids("LARGER 400") == Uids{2});
    CHECK(room.uids("SMALLER 400") == Uids{1, 3});
    CHECK(room.uids("YOUNGER 20000") == Uids{3});
    CHECK(room.uids("OLDER 50000") == Uids{1, 2});
    const auto changed = mailbox.now().any_email(ReadMailbox::account, third)->changed();
    CHECK(room.uids("MODSEQ " + std::to_string(changed)) == Uids{3});
    CHECK(room.uids("EMAILID e" + std::to_string(first)) == Uids{1});
    CHECK(room.uids("THREADID t" + std::to_string(third)) == Uids{3});
    CHECK(room.uids("EMAILID nobody").empty());
    room.map = mailbox.map();
    mailbox.remove(first);
    mailbox.add(letter("d@x.test", "four", "w"));
    CHECK(room.uids("ALL") == Uids{2, 3}); // the client has not been told of the fourth
}

TEST_CASE("SEARCH finds text anywhere in any case", "[imap]") {
    ReadMailbox mailbox;
    SearchRoom room(mailbox);
    mailbox.add(letter(
        "Anne Martin <anne.martin@x.test>", "=?utf-8?q?R=C3=A9union?= de rentree",
        "Les \xc3\xa9l\xc3\xa8ves\narrivent.",
        "To: Bob <bob@y.test>\nCc: Zoe <zoe@y.test>\nMessage-ID: <Abc.1@x.test>\nX-Spam: No, really\n"));
    mailbox.add(letter("Martine <m@x.test>", "other", "Rien de neuf"));
    room.stop_indexing();
    mailbox.add(letter("Anne <anne@z.test>", "fresh", "Nouvelle r\xc3\xa9union demain"));
    CHECK(room.uids("FROM martin") == Uids{1, 2});
    CHECK(room.uids("FROM \"anne martin\"") == Uids{1});
    CHECK(room.uids("FROM anne@z") == Uids{3});
    CHECK(room.uids("FROM @X.TEST") == Uids{1, 2});
    CHECK(room.uids("TO ob@y") == Uids{1});
    CHECK(room.uids("CC zoe") == Uids{1});
    CHECK(room.uids("BCC zoe").empty());
    CHECK(room.uids("SUBJECT union") == Uids{1});
    CHECK(room.uids("BODY reunion") == Uids{3});
    CHECK(room.uids("TEXT REUNION") == Uids{1, 3});
    CHECK(room.uids("BODY \"eves arriv\"") == Uids{1});
    CHECK(room.uids("NOT TEXT reunion") == Uids{2});
    CHECK(room.uids("OR BODY neuf SUBJECT fresh") == Uids{2, 3});
    CHECK(room.uids("HEADER X-Spam rEALLY") == Uids{1});
    CHECK(room.uids("HEADER X-Spam \"\"") == Uids{1});
    CHECK(room.uids("HEADER Message-ID <abc.1@x.test>") == Uids{1});
    CHECK(room.uids("HEADER message-id bc.1") == Uids{1});
    CHECK(room.uids("FROM \"\"") == Uids{1, 2, 3});
    CHECK(room.uids("FUZZY BODY eleve") == Uids{1});
    CHECK(room.uids("FUZZY (BODY eleve SUBJECT nothing)").empty());
}

TEST_CASE("SEARCH answers in every form", "[imap]") {
    ReadMailbox mailbox;
    SearchRoom room(mailbox);
    std::vector<store::EmailId> emails;
    for (int i = 0; i < 6; ++i)
        emails.push_back(
            mailbox.add(letter("a@x.test", i % 2 == 0 ? "rare word" : "other", i < 4 ? "rare" : "x")));
    mailbox.remove(emails[1]);
    room.wait();
    CHECK(room.answer("SEARCH ALL") == "* SEARCH 1 2 3 4 5\r\n");
    CHECK(room.answer("UID SEARCH SUBJECT zzz") == "* SEARCH\r\n");
    CHECK(room.answer("SEARCH RETURN () SUBJECT rare") == "* ESEARCH (TAG \"a1\") ALL 1:2,4\r\n");
    CHECK(room.answer("UID SEARCH RETURN (MIN MAX COUNT) SUBJECT rare") ==
          "* ESEARCH (TAG \"a1\") UID MIN 1 MAX 5 COUNT 3\r\n");
    CHECK(room.answer("UID SEARCH RETURN (SAVE) SUBJECT rare").empty());
    CHECK(room.last_saved == Uids{1, 3, 5});
    CHECK(room.answer("UID SEARCH RETURN (SAVE MIN) SUBJECT rare") == "* ESEARCH (TAG \"a1\") UID MIN 1\r\n");
    CHECK(room.last_saved == Uids{1});
    CHECK(room.answer("UID SEARCH RETURN (SAVE PARTIAL -1:-2) ALL") ==
          "* ESEARCH (TAG \"a1\") UID PARTIAL (-1:-2 5:6)\r\n");
    CHECK(room.last_saved == Uids{5, 6});
    CHECK(room.answer("SEARCH RETURN (ALL RELEVANCY) FUZZY TEXT rare") ==
          "* ESEARCH (TAG \"a1\") ALL 1:4 RELEVANCY (100 100 50 100)\r\n");
    const auto modseq = std::to_string(mailbox.now().any_email(ReadMailbox::account, emails[5])->changed());
    CHECK(room.answer("SEARCH MODSEQ 1") == "* SEARCH 1 2 3 4 5 (MODSEQ " + modseq + ")\r\n");
    CHECK(room.answer("SEARCH RETURN (COUNT) MODSEQ 1").ends_with(" COUNT 5 MODSEQ " + modseq + "\r\n"));
}

TEST_CASE("SORT and THREAD order what was found", "[imap]") {
    ReadMailbox mailbox;
    SearchRoom room(mailbox);
    mailbox.add(
        letter("Zoe <b@x.test>", "Re: banana", "x", "Message-ID: <2@x>\nReferences: <1@x>\nCc: z@x\n"), {},
        false, 300);
    mailbox.add(letter("Anne <c@x.test>", "banana", "x", "Message-ID: <1@x>\nCc: y@x\n"), {}, false, 200);
    mailbox.add(letter("a@x.test", "Apple", std::string(300, 'x'),
                       "Message-ID: <3@x>\nDate: Thu, 1 Jan 1970 00:00:01 +0000\n"),
                {}, false, 400);
    const auto now = mailbox.now();
    const auto sorted = [&](const std::string& order) {
        const auto asked = test::imap_command<imap::command::Sort>("SORT (" + order + ") UTF-8 ALL");
        Turn turn;
        Uids uids;
        for (const auto& match :
             sort_matches(room.matches(asked.criteria.key), asked.order, now, ReadMailbox::account, turn))
            uids.push_back(match.uid);
        return uids;
    };
    CHECK(sorted("ARRIVAL") == Uids{2, 1, 3});
    CHECK(sorted("DATE") == Uids{3, 2, 1});
    CHECK(sorted("REVERSE SIZE") == Uids{3, 1, 2});
    CHECK(sorted("FROM") == Uids{3, 1, 2});
    CHECK(sorted("DISPLAYFROM") == Uids{3, 2, 1});
    CHECK(sorted("SUBJECT REVERSE ARRIVAL") == Uids{3, 1, 2});
    CHECK(sorted("CC") == Uids{3, 2, 1});

    const auto threads = [&](imap::ThreadAlgorithm algorithm) {
        Turn turn;
        std::string out;
        imap::write_thread(out, thread_matches(room.matches({}), algorithm, true, *mailbox.map(), now,
                                               ReadMailbox::account, turn));
        return out;
    };
    CHECK(threads(imap::ThreadAlgorithm::references) == "* THREAD (3)(2 1)\r\n");
    CHECK(threads(imap::ThreadAlgorithm::ordered_subject) == "* THREAD (3)(2 1)\r\n");
    CHECK(threads(imap::ThreadAlgorithm::refs) == "* THREAD (2 1)(3)\r\n");
}

TEST_CASE("the charset of a search is known or not", "[imap]") {
    auto criteria =
        test::imap_command<Search>("SEARCH CHARSET ISO-8859-1 OR FROM {1+}\r\n\xe9 TO x").criteria;
    REQUIRE(decode_search_texts(criteria));
    CHECK(criteria.key.keys[0].text == "\xc3\xa9");
    CHECK(criteria.key.keys[1].text == "x");
    criteria.charset = "X-KLINGON";
    CHECK_FALSE(decode_search_texts(criteria));
}

namespace {

constexpr std::array<std::string_view, 14> search_words{"alpha",
                                                        "Beta",
                                                        "alphabet",
                                                        "\xc3\xa9t\xc3\xa9",
                                                        "ete",
                                                        "rentr\xc3\xa9"
                                                        "e",
                                                        "x1",
                                                        "anne",
                                                        "Bob",
                                                        "bob@x",
                                                        "gamma",
                                                        "a-b",
                                                        "b",
                                                        "longer"};

// What a key says of a message, the slow way.
class Naive {
public:
    Naive(ReadMailbox& mailbox, const UidMap& map, store::Time time_now)
        : now_(mailbox.now()), inbox_(mailbox.inbox()), map_(map), time_now_(time_now) {}

    Uids search(const imap::SearchKey& key) {
        Uids uids;
        now_.by_uid(ReadMailbox::account, inbox_, 0, [&](const store::UidEntry& entry) {
            if (map_.number_of(entry.uid) && meets(key, entry)) uids.push_back(entry.uid);
            return true;
        });
        return uids;
    }

private:
    bool meets(const imap::SearchKey& key, const store::UidEntry& entry) {
        using Key = imap::SearchKey::Kind;
        using store::search::Field;
        const auto row = now_.any_email(ReadMailbox::account, entry.email);
        const auto day = imap::day_of({row->received(), 0});
        const auto has = [&](std::initializer_list<Field> fields) {
            const auto document = Indexing::document(now_, ReadMailbox::account, entry.email);
            return std::any_of(fields.begin(), fields.end(), [&](Field field) {
                return store::search::fold_text((*document)[field])
                           .find(store::search::fold_text(key.text)) != std::string::npos;
            });
        };
        switch (key.kind) {
        case Key::seen: return (row->flags() & store::flag_seen) != 0;
        case Key::unflagged: return (row->flags() & store::flag_flagged) == 0;
        case Key::deleted: return row->ref(inbox_)->deleted;
        case Key::keyword: return row->has_keyword(key.text);
        case Key::uid: return imap::contains(imap::resolved(key.set, map_.last()), entry.uid);
        case Key::sequence:
            return imap::contains(imap::resolved(key.set, map_.size()), *map_.number_of(entry.uid));
        case Key::since: return day >= key.day;
        case Key::before: return day < key.day;
        case Key::on: return day == key.day;
        case Key::larger: return row->size() > key.number;
        case Key::smaller: return row->size() < key.number;
        case Key::younger: return row->received() >= time_now_ - static_cast<std::int64_t>(key.number);
        case Key::mod_sequence: return row->changed() >= key.number;
        case Key::from: return has({Field::from});
        case Key::cc: return has({Field::cc});
        case Key::subject: return has({Field::subject});
        case Key::body: return has({Field::body, Field::attachment});
        case Key::text:
            return has({Field::from, Field::to, Field::cc, Field::bcc, Field::subject, Field::body,
                        Field::attachment});
        case Key::and_:
            return std::all_of(key.keys.begin(), key.keys.end(),
                               [&](const auto& of) { return meets(of, entry); });
        case Key::or_: return meets(key.keys[0], entry) || meets(key.keys[1], entry);
        case Key::not_: return !meets(key.keys[0], entry);
        default: return true;
        }
    }

    store::Snapshot now_;
    store::MailboxId inbox_;
    const UidMap& map_;
    store::Time time_now_;
};

} // namespace

TEST_CASE("random searches find what a look at every message finds", "[imap]") {
    ReadMailbox mailbox;
    SearchRoom room(mailbox);
    std::mt19937 random(5);
    const auto number = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
    const auto words = [&](std::uint32_t most) {
        std::string text;
        for (auto count = number(most + 1); count > 0; --count)
            text.append(search_words[number(search_words.size())]).append(number(5) == 0 ? ", " : " ");
        return text;
    };
    std::vector<store::EmailId> emails;
    const auto change = [&](std::uint32_t count) {
        for (; count > 0; --count) {
            store::Keywords keywords{number(2) * store::flag_seen + number(2) * store::flag_flagged, {}};
            if (number(4) == 0) keywords.others = {"project"};
            emails.push_back(
                mailbox.add(letter("\"" + words(2) + "\" <" + std::to_string(number(30)) + "@x.test>",
                                   words(3), words(12) + "\n" + words(12),
                                   "Cc: \"" + words(1) + "\" <c@x>\nContent-Transfer-Encoding: 8bit\n"),
                            keywords, number(2) == 0, 1'700'000'000 + number(200'000)));
            const auto of = emails[number(static_cast<std::uint32_t>(emails.size()))];
            if (number(6) == 0 && mailbox.now().any_email(ReadMailbox::account, of))
                mailbox.put(of, {number(1024), {}}, number(2) == 0);
            else if (number(12) == 0 && mailbox.now().any_email(ReadMailbox::account, of))
                mailbox.remove(of);
        }
    };
    const auto some_key = [&](const auto& self, int depth) -> imap::SearchKey {
        using Key = imap::SearchKey::Kind;
        imap::SearchKey key;
        constexpr std::array kinds{Key::seen,         Key::unflagged, Key::deleted, Key::keyword,
                                   Key::uid,          Key::sequence,  Key::since,   Key::before,
                                   Key::on,           Key::larger,    Key::smaller, Key::younger,
                                   Key::mod_sequence, Key::all};
        constexpr std::array texts{Key::from, Key::cc, Key::subject, Key::body, Key::text};
        const auto kind = number(depth < 4 ? 12 : 7);
        if (kind < 3) {
            key.kind = kinds[number(kinds.size())];
            key.text = "project";
            key.day = 19675 + static_cast<std::int32_t>(number(4));
            key.number = key.kind == Key::mod_sequence ? number(400)
                         : key.kind == Key::younger    ? number(200'000)
                                                       : 100 + number(200);
            key.set.ranges = {{1 + number(150), number(150)}};
        } else if (kind < 7) {
            key.kind = texts[number(texts.size())];
            key.text = words(2);
            key.text.erase(0, number(static_cast<std::uint32_t>(key.text.size() + 1)));
            key.text.resize(number(static_cast<std::uint32_t>(key.text.size() + 1)));
        } else {
            key.kind = kind < 9 ? Key::and_ : kind < 11 ? Key::or_ : Key::not_;
            const auto count = key.kind == Key::and_ ? number(4) : key.kind == Key::or_ ? 2u : 1u;
            for (std::uint32_t i = 0; i < count; ++i)
                key.keys.push_back(self(self, depth + 1));
        }
        return key;
    };
    change(120);
    room.stop_indexing();
    change(15);
    room.map = mailbox.map();
    change(4); // what the session has not been told of
    std::size_t found = 0;
    for (int question = 0; question < 800; ++question) {
        const auto key = some_key(some_key, 0);
        const auto expected = Naive(mailbox, *room.map, room.time_now).search(key);
        const auto got = room.uids(key);
        CAPTURE(question, key.text, static_cast<int>(key.kind));
        REQUIRE(got == expected);
        found += got.size();
    }
    CHECK(found > 5000);
}

} // namespace facteur
