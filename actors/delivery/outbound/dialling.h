// One search for a server that takes a domain's mail: MX records, their hosts' addresses, a connection, SMTP
// up to where a letter may go; when that fails, the next host. On the network's loop; keeps itself alive.
//
//   - nobody there, refused by a greeting, no TLS where it is required: the next host, and when none is left,
//     later;
//   - TLS that fails where it need not be: the same host once more without (opportunistic security, RFC
//   7435);
//   - a host with TLSA records that DNSSEC proves: TLS by them or not at all (DANE, RFC 7672); a domain whose
//   MTA-STS policy is enforced: a host of the policy, with a certificate of its name, or not at all (RFC
//   8461). Of both DANE has the word (RFC 8461 §2);
//   - no such domain, a domain that takes no mail, ourselves: for good.
#pragma once

#include "actors/delivery/outbound/network.h"
#include "transport/dns/exchangers.h"

namespace facteur {

class Dialling : public std::enable_shared_from_this<Dialling> {
public:
    Dialling(OutboundNetwork::Shared& shared, NextHop hop, DialEvents events)
        : shared_(shared), hop_(std::move(hop)), events_(std::move(events)) {}

    void start();

private:
    void look_up();
    void found(const dns::Answer& answer);
    void try_next();
    void find_addresses();
    void find_tlsa(const std::string& base, std::vector<std::string> addresses);
    void connect(std::vector<std::string> addresses);
    std::unique_ptr<net::Handler> opening(net::Connection& connection);
    void refused(const SendingEvents::Refusal& refusal);
    void give_up(std::string reply, bool permanent);
    [[nodiscard]] bool is_enforced() const {
        return policy_ && policy_->mode == smtp::StsPolicy::Mode::enforce;
    }
    [[nodiscard]] tlsrpt::Policy policy_of_host() const;
    void report_failure(tlsrpt::Failure failure, std::string reason, std::string address = {});
    void report_opened(const RemoteServer& peer);
    // Whether the host's TLS must prove something.
    [[nodiscard]] bool demands_tls() const;
    [[nodiscard]] bool is_own_name(const std::string& host) const;
    [[nodiscard]] bool by_mx() const { return hop_.route.host.empty(); }

    OutboundNetwork::Shared& shared_;
    NextHop hop_;
    DialEvents events_;
    std::optional<smtp::StsPolicy> policy_; // of MTA-STS
    bool authenticated_ = false;            // the domain's MX, by DNSSEC
    std::vector<std::string> hosts_;
    std::size_t next_ = 0;
    std::string host_;
    std::vector<std::string> addresses_;
    std::vector<std::string> names_; // of the host, what its certificate may be for
    std::vector<dns::Tlsa> tlsa_;    // of the host
    bool without_tls_ = false;       // this host's TLS has failed
    std::string last_ = "451 4.4.1 No server could be reached";
    bool over_ = false, opened_ = false;
};

} // namespace facteur
