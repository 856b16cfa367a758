// What is to be done now and then: what is kept only for a time is removed from the store. On a thread of its
// own, first a minute after the start, then every hour.
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

    const Services& services_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace facteur
