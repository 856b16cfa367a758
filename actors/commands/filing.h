// Files many messages into one account: parsed on several threads, filed in the order in which they came,
// with a bounded amount of them in memory.
#pragma once

#include "actors/commands/command.h"
#include "actors/mailfiles/sources.h"
#include "store/ids.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace facteur {

class Filing {
public:
    struct Totals {
        std::uint64_t filed = 0, there_already = 0, failed = 0, octets = 0;
    };

    // `complain` is called for each message that could not be filed, on any thread.
    Filing(Environment& environment, store::AccountId account,
           std::function<void(const std::string&)> complain);
    ~Filing(); // finishes
    Filing(const Filing&) = delete;
    Filing& operator=(const Filing&) = delete;

    // Waits while too much is under way.
    void add(mailfiles::FoundMessage message, store::MailboxId mailbox);
    // Waits until everything is on disk.
    void finish();
    [[nodiscard]] Totals totals() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace facteur
