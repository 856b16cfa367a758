#include "actors/delivery/outbound/route.h"

#include <fmt/format.h>

namespace facteur {

std::string NextHop::key() const {
    return route.host.empty() ? domain : fmt::format("[{}]:{}", route.host, route.port);
}

NextHop next_hop(const Config& config, std::string_view domain) {
    NextHop hop;
    hop.domain = domain;
    auto found = config.routes.find(domain);
    if (found == config.routes.end()) found = config.routes.find(std::string_view("*"));
    if (found == config.routes.end()) {
        hop.route.port = config.queue.port;
        return hop;
    }
    hop.route = found->second;
    using Tls = Config::Route::Tls;
    constexpr std::uint16_t implicit_port = 465, submission_port = 587;
    if (hop.route.port == 0)
        hop.route.port = hop.route.tls == Tls::implicit ? implicit_port
                         : !hop.route.user.empty()      ? submission_port
                                                        : config.queue.port;
    return hop;
}

bool can_be_sent_to(const smtp::Mailbox& address) {
    const auto& domain = address.domain;
    return !address.local.empty() && !address.is_literal() && smtp::is_domain(domain) &&
           domain.find('.') != std::string::npos;
}

} // namespace facteur
