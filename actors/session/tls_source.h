// The certificate that new connections are served with. SIGHUP replaces it; connections keep the one they
// began with. Thread-safe.
#pragma once

#include "transport/net/tls.h"

#include <memory>
#include <mutex>

namespace facteur {

class TlsSource {
public:
    // Without a context there is no TLS: doors neither offer nor take it.
    explicit TlsSource(std::shared_ptr<const net::TlsContext> context = nullptr)
        : context_(std::move(context)) {}

    [[nodiscard]] std::shared_ptr<const net::TlsContext> current() const {
        const std::lock_guard lock(mutex_);
        return context_;
    }
    void replace(std::shared_ptr<const net::TlsContext> context) {
        const std::lock_guard lock(mutex_);
        context_ = std::move(context);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const net::TlsContext> context_;
};

} // namespace facteur
