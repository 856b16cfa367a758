// What is to be done now and then, on a thread of its own: what is kept only for a time is removed from the
// store, first a minute after the start, then every hour; damage that was met is logged, within a minute.
#pragma once

#include "actors/services.h"
#include "store/ids.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace facteur {

class Housekeeping {
public:
    explicit Housekeeping(const Services& services);
    ~Housekeeping();
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

private:
    void run();
    [[nodiscard]] bool is_queue_behind(store::Time now) const;
    void trim();
    void tell_damages();

    const Services& services_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::size_t damages_told_ = 0;
    std::thread thread_;
};

} // namespace facteur
