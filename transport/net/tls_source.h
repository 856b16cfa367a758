// The TLS context that new connections get. A listener holds one; SIGHUP replaces the context after reading
// the certificate again, and connections keep the one that they began with. Thread-safe.
#pragma once

#include "transport/net/tls.h"

#include <memory>
#include <mutex>

namespace facteur::net {

class TlsSource {
public:
    explicit TlsSource(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {}

    [[nodiscard]] std::shared_ptr<const TlsContext> current() const {
        const std::lock_guard lock(mutex_);
        return context_;
    }
    void replace(std::shared_ptr<const TlsContext> context) {
        const std::lock_guard lock(mutex_);
        context_ = std::move(context);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const TlsContext> context_;
};

} // namespace facteur::net
