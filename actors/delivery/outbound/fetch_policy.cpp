#include "actors/delivery/outbound/fetch_policy.h"

#include "transport/http/response_reader.h"
#include "transport/net/connector.h"
#include "transport/smtp/mta_sts_state.h"

namespace facteur {
namespace {

using PolicyDone = std::function<void(const Result<smtp::StsPolicy>&)>;

// A letter waits for the first policy of its domain.
constexpr std::uint64_t connecting = 10'000, answering = 15'000; // milliseconds

class PolicyRequest final : public net::Handler {
public:
    PolicyRequest(net::Connection& connection, const PolicyServers& servers, std::string domain,
                  PolicyDone done)
        : connection_(connection), domain_(std::move(domain)), done_(std::move(done)), reader_(limits()) {
        connection.set_deadline(answering);
        net::TlsDemand demand;
        demand.mode = net::TlsDemand::Mode::name;
        demand.names = {smtp::sts_policy_host(domain_)};
        connection.start_tls(servers.tls, demand);
    }

    void on_secured(net::Connection& connection) override {
        connection.write(smtp::sts_policy_request(domain_));
    }
    void on_bytes(net::Connection&, std::string_view bytes) override {
        reader_.feed(bytes);
        look();
    }
    void on_tls_failed(net::Connection&, const Error& error) override {
        tell(fail(Code::tls, error.message));
    }
    void on_timeout(net::Connection&) override {
        tell(fail(Code::io, "The policy's server did not answer in time."));
        connection_.abort();
    }
    void on_closed() override {
        closed_ = true;
        reader_.closed();
        look();
        tell(fail(Code::io, "The policy's server ended the connection."));
    }

private:
    static http::ResponseLimits limits() {
        http::ResponseLimits limits;
        limits.body = smtp::max_policy_octets;
        return limits;
    }

    void look() {
        using State = http::ResponseReader::State;
        if (reader_.state() == State::reading) return;
        if (reader_.state() == State::broken) {
            tell(fail(Code::malformed, std::string(reader_.problem())));
        } else {
            const auto& response = reader_.response();
            tell(smtp::read_sts_answer(response.status, response.header("content-type").value_or(""),
                                       response.body));
        }
        if (!closed_) connection_.close();
    }

    void tell(const Result<smtp::StsPolicy>& answer) {
        if (const auto done = std::exchange(done_, nullptr)) done(answer);
    }

    net::Connection& connection_; // owns this
    std::string domain_;
    PolicyDone done_;
    http::ResponseReader reader_;
    bool closed_ = false;
};

} // namespace

void fetch_policy(const PolicyServers& servers, const std::string& domain, PolicyDone done) {
    const auto connect = [servers, domain, done = std::move(done)](const net::HostAddresses& found) {
        if (found.addresses.empty()) return done(fail(Code::io, "The policy's server has no address."));
        net::ConnectRequest request;
        request.addresses = found.addresses;
        request.port = servers.port;
        request.timeout = request.total_timeout = connecting;
        net::connect(
            servers.loop, std::move(request),
            [servers, domain, done](net::Connection& connection) -> std::unique_ptr<net::Handler> {
                return std::make_unique<PolicyRequest>(connection, servers, domain, done);
            },
            [done](const Error& error) { done(tl::unexpected(error)); });
    };
    servers.resolver->find_addresses(smtp::sts_policy_host(domain), connect);
}

} // namespace facteur
