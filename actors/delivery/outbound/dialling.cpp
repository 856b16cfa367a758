#include "actors/delivery/outbound/dialling.h"

#include "actors/session/jmap/write_call.h"
#include "transport/net/connector.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <fstream>
#include <span>

namespace facteur {
namespace {

using Tls = Config::Route::Tls;

// Hosts that are tried for one letter; the next attempt draws anew among equals.
constexpr std::size_t most_hosts = 5;
constexpr std::uint64_t connect_timeout = 20'000, connect_timeout_of_host = 45'000; // milliseconds

bool is_address(const std::string& host) {
    in6_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::string nonce() {
    std::string bytes;
    for (int i = 0; i < 3; ++i)
        bytes += fmt::format("{:016x}", random_number());
    return bytes;
}

// The first line of the file: read at each sign-in, so that a changed password needs no restart.
Result<std::string> read_password(const std::string& file) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line))
        return fail(Code::io, fmt::format("The password file {} cannot be read", file));
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

} // namespace

bool Dialling::is_own_name(const std::string& host) const {
    return host == shared_.host || host == shared_.config.domain;
}

void Dialling::give_up(std::string reply, bool permanent) {
    if (std::exchange(over_, true)) return;
    events_.failed({std::move(reply), permanent});
}

void Dialling::start() {
    if (!by_mx()) {
        hosts_.push_back(hop_.route.host);
        return try_next();
    }
    if (!shared_.resolver) return give_up(last_, false);
    shared_.policies->find(hop_.domain,
                           [me = shared_from_this()](const std::optional<smtp::StsPolicy>& policy) {
                               me->policy_ = policy;
                               me->look_up();
                           });
}

void Dialling::look_up() {
    if (!shared_.resolver) return give_up(last_, false);
    shared_.resolver->ask(hop_.domain, dns::Type::mx,
                          [me = shared_from_this()](const dns::Answer& answer) { me->found(answer); });
}

void Dialling::found(const dns::Answer& answer) {
    using Kind = dns::Exchangers::Kind;
    auto exchangers =
        dns::order_exchangers(answer, hop_.domain, {shared_.host, shared_.config.domain}, random_number);
    switch (exchangers.kind) {
    case Kind::no_mail: return give_up("556 5.1.10 The domain takes no mail", true);
    case Kind::no_domain: return give_up("550 5.1.2 The domain does not exist", true);
    case Kind::loop: return give_up("554 5.4.6 The domain's mail comes back to this server", true);
    case Kind::try_later: return give_up("451 4.4.3 The domain's servers cannot be looked up now", false);
    case Kind::hosts:
    case Kind::implicit: break;
    }
    authenticated_ = exchangers.authenticated;
    hosts_ = std::move(exchangers.hosts);
    if (hosts_.size() > most_hosts) hosts_.resize(most_hosts);
    try_next();
}

void Dialling::try_next() {
    if (next_ == hosts_.size()) return give_up(last_, false);
    host_ = hosts_[next_++];
    names_ = {host_};
    tlsa_.clear();
    without_tls_ = false;
    if (is_address(host_)) return connect({host_});
    find_addresses();
}

void Dialling::find_addresses() {
    if (!shared_.resolver) return give_up(last_, false);
    shared_.resolver->find_addresses(host_, [me = shared_from_this()](const net::HostAddresses& found) {
        if (!found.addresses.empty()) {
            // RFC 7672 §2.2: without proof of MX and address, TLSA records prove nothing.
            if (!me->authenticated_ || !found.authenticated) return me->connect(found.addresses);
            const auto& base = found.canonical_name.empty() ? me->host_ : found.canonical_name;
            return me->find_tlsa(base, found.addresses);
        }
        const bool exists_not =
            found.outcome == dns::Outcome::no_data || found.outcome == dns::Outcome::no_domain;
        // A domain without MX and without address cannot have mail (RFC 5321 §5.1).
        if (exists_not && me->by_mx() && me->host_ == me->hop_.domain)
            return me->give_up("550 5.1.2 The domain has no mail server", true);
        me->last_ = fmt::format("451 {} ({})",
                                exists_not ? "4.4.4 The server has no address"
                                           : "4.4.3 The server's address cannot be looked up now",
                                me->host_);
        me->try_next();
    });
}

void Dialling::find_tlsa(const std::string& base, std::vector<std::string> addresses) {
    if (!shared_.resolver) return give_up(last_, false);
    const auto name = fmt::format("_{}._tcp.{}", hop_.route.port, base);
    shared_.resolver->ask(
        name, dns::Type::tlsa,
        [me = shared_from_this(), base, addresses = std::move(addresses)](const dns::Answer& answer) {
            if (answer.is_temporary()) { // an attacker's work, perhaps (RFC 7672 §2.1.2)
                me->report_failure(tlsrpt::Failure::dnssec_invalid, "The TLSA records cannot be looked up");
                me->last_ = fmt::format("451 4.7.5 The server's TLSA records cannot be looked up now ({})",
                                        me->host_);
                return me->try_next();
            }
            if (answer.authenticated)
                for (const auto& record : answer.records)
                    if (const auto* tlsa = std::get_if<dns::Tlsa>(&record)) me->tlsa_.push_back(*tlsa);
            // RFC 7672 §2.2.2: the name before its alias.
            if (me->tlsa_.empty() && base != me->host_) return me->find_tlsa(me->host_, addresses);
            if (!me->tlsa_.empty() && base != me->host_) me->names_.insert(me->names_.begin(), base);
            if (!me->tlsa_.empty()) me->names_.push_back(me->hop_.domain);
            me->connect(addresses);
        });
}

tlsrpt::Policy Dialling::policy_of_host() const {
    tlsrpt::Policy policy;
    policy.domain = hop_.domain;
    if (!tlsa_.empty()) {
        policy.type = tlsrpt::PolicyType::tlsa;
        policy.domain = host_;
        for (const auto& record : tlsa_)
            policy.lines.push_back(
                fmt::format("{} {} {} {:02x}", record.usage, record.selector, record.matching,
                            fmt::join(std::span(reinterpret_cast<const unsigned char*>(record.data.data()),
                                                record.data.size()),
                                      "")));
    } else if (policy_) {
        policy.type = tlsrpt::PolicyType::sts;
        policy.lines = smtp::lines_of(*policy_);
        policy.hosts = policy_->hosts;
    }
    return policy;
}

// Of the domain's own servers: a smart host is our own affair.
void Dialling::report_failure(tlsrpt::Failure failure, std::string reason, std::string address) {
    if (by_mx() && shared_.reports)
        shared_.reports->failed(hop_.domain, policy_of_host(),
                                {failure, {}, host_, std::move(address), std::move(reason)});
}

void Dialling::report_opened(const RemoteServer& peer) {
    if (!by_mx() || !shared_.reports) return;
    if (peer.tls.empty())
        report_failure(tlsrpt::Failure::starttls_not_supported, {}, peer.address);
    else if (policy_ && peer.trust == "none") // one that is being tried
        report_failure(tls_failure(peer.distrust), peer.distrust, peer.address);
    else
        shared_.reports->succeeded(hop_.domain, policy_of_host());
}

bool Dialling::demands_tls() const {
    return !tlsa_.empty() || is_enforced() || hop_.route.tls != Tls::opportunistic;
}

void Dialling::connect(std::vector<std::string> addresses) {
    if (policy_ && tlsa_.empty() && !smtp::fits(*policy_, host_)) {
        report_failure(tlsrpt::Failure::validation_failure, "The MX host is none of the policy");
        if (is_enforced()) {
            last_ = fmt::format("451 4.7.1 The server is none of the domain's MTA-STS policy ({})", host_);
            return try_next();
        }
    }
    addresses_ = std::move(addresses);
    net::ConnectRequest request;
    request.addresses = addresses_;
    request.port = hop_.route.port;
    request.timeout = connect_timeout;
    request.total_timeout = connect_timeout_of_host;
    net::connect(
        shared_.loop, std::move(request),
        [me = shared_from_this()](net::Connection& connection) { return me->opening(connection); },
        [me = shared_from_this()](const Error& error) {
            me->last_ = fmt::format("451 4.4.1 {} ({})", error.message, me->host_);
            me->try_next();
        });
}

std::unique_ptr<net::Handler> Dialling::opening(net::Connection& connection) {
    const auto& route = hop_.route;
    SendingOptions options;
    options.host = host_;
    options.tls = shared_.tls;
    options.smtp.host = shared_.host;
    options.implicit_tls = route.tls == Tls::implicit;
    options.smtp.tls = options.implicit_tls;
    const bool secured = !tlsa_.empty() || is_enforced();
    options.smtp.starttls = route.tls == Tls::required || (secured && route.tls == Tls::opportunistic)
                                ? smtp::StartTlsPolicy::required
                            : route.tls == Tls::opportunistic && !without_tls_
                                ? smtp::StartTlsPolicy::when_offered
                                : smtp::StartTlsPolicy::never;
    options.demand.names = names_;
    options.demand.tlsa = tlsa_;
    if (!tlsa_.empty())
        options.demand.mode = net::TlsDemand::Mode::dane;
    else if (is_enforced() || (route.verify && (route.tls == Tls::required || route.tls == Tls::implicit)))
        options.demand.mode = net::TlsDemand::Mode::name;
    if (!route.user.empty()) {
        auto password = read_password(route.password_file);
        if (!password) {
            last_ = fmt::format("451 4.7.0 {}", password.error().message);
            try_next();
            return nullptr;
        }
        options.smtp.credentials =
            smtp::ClientCredentials{route.user, std::move(*password), connection.is_loopback(), nonce()};
    }
    SendingEvents events;
    const auto me = shared_from_this();
    events.opened = [me](const SendingLink& link, const RemoteServer& peer) {
        if (me->by_mx() && peer.greeted == me->shared_.host) {
            link.quit();
            return me->give_up("554 5.4.6 The domain's mail comes back to this server", true);
        }
        me->report_opened(peer);
        me->over_ = me->opened_ = true;
        me->events_.opened(link, peer);
    };
    events.refused = [me](const SendingEvents::Refusal& refusal) { me->refused(refusal); };
    events.done = events_.done;
    events.gone = [me] {
        if (me->opened_) me->events_.gone();
    };
    return std::make_unique<Sending>(connection, std::move(options), std::move(events));
}

void Dialling::refused(const SendingEvents::Refusal& refusal) {
    const auto& reply = refusal.failed.reply;
    const auto text = reply.code == 0 ? fmt::format("451 {} {}", refusal.tls ? "4.7.5" : "4.4.2", reply.text)
                                      : reply.line();
    last_ = fmt::format("{} ({})", text, host_);
    if (refusal.tls)
        report_failure(refusal.failed.stage == smtp::Stage::starttls ? tlsrpt::Failure::starttls_not_supported
                                                                     : tls_failure(reply.text),
                       reply.text);
    if (refusal.tls && !demands_tls() && !std::exchange(without_tls_, true))
        return connect(std::move(addresses_));
    try_next();
}

} // namespace facteur
