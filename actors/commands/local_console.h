// The console of this very process.
#pragma once

#include "actors/commands/console.h"

#include <mutex>

namespace facteur {

class LocalConsole : public Console {
public:
    void write(std::string_view text) override;
    void complain(std::string_view text) override;
    [[nodiscard]] bool shows_progress() const override;
    Result<Descriptor> open(const std::string& path, OpenFor purpose) override;
    Result<void> make_folder(const std::string& path) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<std::string> ask_secret(const std::string& prompt) override;
    [[nodiscard]] bool is_cancelled() override;

    // From now on the first SIGINT or SIGTERM cancels; the second one ends the process.
    void cancel_on_interrupt();

private:
    std::mutex mutex_;
};

} // namespace facteur
