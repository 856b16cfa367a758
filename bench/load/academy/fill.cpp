#include "bench/load/academy/fill.h"

#include "bench/load/append.h"

#include <atomic>
#include <thread>
#include <vector>

namespace facteur::load::academy {
namespace {

constexpr std::size_t at_once = 4;

std::size_t fill_one(const Academy& academy, std::size_t person, std::uint16_t port,
                     const std::vector<MboxMessage>& messages) {
    Imap client({port, academy.address(person), academy.password});
    Appender appender(client, "INBOX");
    const auto first = person * 7919; // others in another's mailbox
    for (std::size_t i = 0; i < academy.messages_of(person); ++i)
        appender.add(messages[(first + i) % messages.size()]);
    appender.finish();
    if (client.count_messages("INBOX") < appender.messages()) stop("some messages are not there");
    return appender.messages();
}

} // namespace

nlohmann::ordered_json fill(const Academy& academy, std::uint16_t imap_port, const std::string& mbox) {
    std::vector<MboxMessage> messages;
    read_mbox(mbox, [&](const MboxMessage& message) { messages.push_back(message); });
    if (messages.empty()) stop("no messages in " + mbox);
    const auto begun = now();
    std::atomic<std::size_t> next{1}, filed{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < at_once; ++i)
        threads.emplace_back([&] {
            for (auto person = next++; person <= academy.accounts; person = next++)
                filed += fill_one(academy, person, imap_port, messages);
        });
    for (auto& thread : threads)
        thread.join();
    return {{"what", "academy-fill"}, {"messages", filed.load()}, {"seconds", now() - begun}};
}

} // namespace facteur::load::academy
