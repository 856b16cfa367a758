#include "bench/generate/academy.h"

#include "bench/generate/mbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

namespace facteur::generate {
namespace {

// Every sixth day one circular goes to all staff.
constexpr std::size_t circulars = 58;

struct Filed {
    std::int64_t at = 0;
    std::uint64_t offset = 0, size = 0; // in the spool
    std::string from;                   // envelope sender, of the mbox line
    bool is_read = false, is_flagged = false, is_answered = false;
};

struct Account {
    const Person* person = nullptr;
    std::vector<Filed> received, sent;
    std::size_t size() const { return received.size() + sent.size(); }
};

// Messages of all accounts lie once in a file, so that memory holds places only.
class Academy {
public:
    explicit Academy(const Plan& plan)
        : plan_(plan), random_(plan.seed),
          people_(Random(plan.seed).fork("people"), plan.domain, plan.accounts), calendar_(plan.now),
          scenes_(people_, calendar_), spool_path_(plan.folder + "/.spool"),
          spool_(spool_path_, std::ios::binary | std::ios::trunc | std::ios::in | std::ios::out) {
        for (std::size_t i = 0; i < people_.accounts(); ++i) {
            accounts_.push_back({&people_.staff()[i], {}, {}});
            places_[people_.staff()[i].address] = i;
        }
    }
    ~Academy() {
        spool_.close();
        std::remove(spool_path_.c_str());
    }
    Academy(const Academy&) = delete;
    Academy& operator=(const Academy&) = delete;

    Outcome run() {
        for (std::size_t i = 0; i < circulars && i * 10 < plan_.messages; ++i)
            post(scenes_.circular(i), nullptr);
        post_curiosities();
        fill_accounts();
        if (!spool_) return {written_, "The spool in " + plan_.folder + " could not be written."};
        for (auto& account : accounts_)
            if (!write(account))
                return {written_, "The mailboxes in " + plan_.folder + " could not be written."};
        if (!write_accounts(plan_, people_)) return {written_, "The list of accounts could not be written."};
        written_.accounts = accounts_.size();
        return {written_, {}};
    }

private:
    // Every hostile and every broken message is there at least once: in the first account.
    void post_curiosities() {
        if (accounts_.empty() || plan_.messages < 100) return;
        Random random = random_.fork("curiosities");
        const Person& owner = *accounts_[0].person;
        for (std::size_t i = 0; i < hostile_count(); ++i)
            post_all(scenes_.hostile(random, owner, i), accounts_[0]);
        for (std::size_t i = 0; i < broken_count(); ++i)
            post_all(scenes_.broken(random, owner, i), accounts_[0]);
    }

    // In turns, so that conversations between accounts fill both.
    void fill_accounts() {
        std::vector<Random> random;
        for (const auto& account : accounts_)
            random.push_back(random_.fork(account.person->address));
        bool any = true;
        while (any) {
            any = false;
            for (std::size_t i = 0; i < accounts_.size(); ++i) {
                if (accounts_[i].size() >= plan_.messages) continue;
                any = true;
                post_all(scenes_.any(random[i], *accounts_[i].person), accounts_[i]);
            }
            if (plan_.progress) plan_.progress(total(), plan_.messages * accounts_.size());
        }
    }

    std::size_t total() const {
        std::size_t sum = 0;
        for (const auto& account : accounts_)
            sum += std::min(account.size(), plan_.messages);
        return sum;
    }

    void post_all(const std::vector<Letter>& letters, Account& owner) {
        for (std::size_t i = 0; i < letters.size(); ++i) {
            post(letters[i], &owner);
            if (i + 1 < letters.size()) mark_answered(letters[i], letters[i + 1]);
        }
    }

    void mark_answered(const Letter& letter, const Letter& next) {
        if (next.references.empty() || next.references.back() != letter.id) return;
        const auto place = places_.find(next.from.address);
        if (place == places_.end()) return;
        for (auto& filed : accounts_[place->second].received)
            if (filed.offset == last_offset_) filed.is_answered = filed.is_read = true;
    }

    // `owner` takes part even if he is not named, as in a list; nobody: everybody gets it.
    void post(const Letter& letter, const Account* owner) {
        last_offset_ = octets_;
        spool_.write(letter.bytes.data(), static_cast<std::streamsize>(letter.bytes.size()));
        octets_ += letter.bytes.size();
        Random random = random_.fork(letter.id + letter.bytes.substr(0, 200));
        for (auto& account : accounts_) {
            const auto& address = account.person->address;
            const auto named = [&](const std::vector<Person>& people) {
                return std::any_of(people.begin(), people.end(),
                                   [&](const Person& p) { return p.address == address; });
            };
            Filed filed{letter.at, last_offset_, letter.bytes.size(), letter.from.address, false,
                        false,     false};
            if (letter.from.address == address) {
                filed.is_read = true;
                account.sent.push_back(filed);
            }
            const bool has_room = account.size() < plan_.messages + plan_.messages / 10 || &account == owner;
            const bool by_list =
                letter.to_list && (owner == nullptr || &account == owner || random.chance(50));
            if (letter.from.address != address && has_room &&
                (named(letter.to) || named(letter.cc) || by_list)) {
                const auto age = (plan_.now - letter.at) / 86400;
                filed.is_read = random.chance(age > 5 ? 94 : 45);
                filed.is_flagged = random.chance(3);
                account.received.push_back(filed);
            }
        }
    }

    bool write(Account& account) {
        const std::string base = plan_.folder + "/" + account.person->address;
        return write(account.received, base + ".mbox") && write(account.sent, base + ".sent.mbox");
    }

    bool write(std::vector<Filed>& all, const std::string& path) {
        std::stable_sort(all.begin(), all.end(), [](const Filed& a, const Filed& b) { return a.at < b.at; });
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        std::string bytes;
        for (const auto& filed : all) {
            bytes.resize(filed.size);
            spool_.seekg(static_cast<std::streamoff>(filed.offset));
            spool_.read(bytes.data(), static_cast<std::streamsize>(filed.size));
            const std::string entry =
                mbox_entry(filed.from, filed.at, bytes, {filed.is_read, filed.is_flagged, filed.is_answered});
            out.write(entry.data(), static_cast<std::streamsize>(entry.size()));
            ++written_.messages;
            written_.octets += entry.size();
        }
        out.close();
        return out.good() && spool_.good();
    }

    const Plan& plan_;
    Random random_;
    People people_;
    Calendar calendar_;
    Scenes scenes_;
    std::vector<Account> accounts_;
    std::map<std::string, std::size_t> places_;
    std::string spool_path_;
    std::fstream spool_;
    std::uint64_t octets_ = 0, last_offset_ = 0;
    Written written_;
};

} // namespace

Outcome generate_academy(const Plan& plan) {
    return Academy(plan).run();
}

Outcome generate_single(const Plan& plan) {
    Random random(plan.seed);
    const People people(Random(plan.seed).fork("people"), plan.domain, 1);
    const Person& owner = people.staff()[0];
    std::ofstream out(plan.folder + "/" + owner.address + ".mbox", std::ios::binary | std::ios::trunc);
    Written written{1, 0, 0};
    const Style style{"", "utf-8", TextEncoding::eight_bit, true, NameForm::extended, false};
    const std::int64_t step =
        std::max<std::int64_t>(1, 365LL * 86400 / static_cast<std::int64_t>(plan.messages + 1));
    std::vector<Letter> recent; // what may be answered
    for (std::size_t i = 0; i < plan.messages; ++i) {
        Letter letter;
        letter.at = plan.now - step * static_cast<std::int64_t>(plan.messages - i) +
                    static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(step)));
        letter.from = random.chance(80) ? people.colleague(random, owner) : people.parent(random);
        letter.to = {owner};
        letter.id = new_id(random, plan.domain);
        const Topic& topic = random.pick(colleague_topics());
        letter.subject = fill(topic.subject, random);
        letter.text = words_of(topic, letter.from, owner.first, random);
        if (!recent.empty() && random.chance(40)) {
            const Letter& before = random.pick(recent);
            letter.subject = before.subject.starts_with("Re: ") ? before.subject : "Re: " + before.subject;
            letter.references = before.references;
            if (letter.references.size() > 10) letter.references.erase(letter.references.begin() + 1);
            letter.references.push_back(before.id);
        }
        finish(letter, text_entity("plain", letter.text, style), style);
        const std::string entry =
            mbox_entry(letter.from.address, letter.at, letter.bytes,
                       {i + 2000 < plan.messages || random.chance(50), random.chance(2), false});
        out.write(entry.data(), static_cast<std::streamsize>(entry.size()));
        ++written.messages;
        written.octets += entry.size();
        letter.bytes.clear();
        if (recent.size() < 50)
            recent.push_back(std::move(letter));
        else
            recent[random.below(50)] = std::move(letter);
        if (plan.progress && i % 1000 == 0) plan.progress(i, plan.messages);
    }
    out.close();
    if (!out.good()) return {written, "The mailbox could not be written."};
    if (!write_accounts(plan, people)) return {written, "The list of accounts could not be written."};
    return {written, {}};
}

} // namespace facteur::generate
