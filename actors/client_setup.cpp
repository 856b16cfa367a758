#include "actors/client_setup.h"

#include "store/change.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

namespace facteur {
namespace {

constexpr std::size_t longest_address_named = 320;

std::uint16_t port_of(const std::vector<std::string>& addresses) {
    for (const auto& address : addresses) {
        const auto colon = address.rfind(':');
        if (colon == std::string::npos || address.starts_with("unix:")) continue;
        std::uint16_t port = 0;
        std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
        if (port != 0) return port;
    }
    return 0;
}

std::string xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

// Two names of one thing have one identifier, so that a profile that comes again replaces the first.
std::string uuid_of(std::string_view name) {
    const auto hex = store::to_hex(store::hash_of(name));
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20, 12));
}

void thunderbird_server(std::string& out, std::string_view element, std::string_view type,
                        const std::string& host, std::uint16_t port, std::string_view socket) {
    if (port == 0) return;
    out += fmt::format("    <{0} type=\"{1}\">\n"
                       "      <hostname>{2}</hostname>\n"
                       "      <port>{3}</port>\n"
                       "      <socketType>{4}</socketType>\n"
                       "      <authentication>password-cleartext</authentication>\n"
                       "      <username>%EMAILADDRESS%</username>\n"
                       "    </{0}>\n",
                       element, type, xml(host), port, socket);
}

void outlook_protocol(std::string& out, std::string_view type, const ClientSetup& setup,
                      std::uint16_t implicit, std::uint16_t starttls, std::string_view address) {
    const auto port = implicit != 0 ? implicit : starttls;
    if (port == 0) return;
    out += fmt::format("      <Protocol>\n        <Type>{}</Type>\n        <Server>{}</Server>\n"
                       "        <Port>{}</Port>\n        <DomainRequired>off</DomainRequired>\n"
                       "        <SPA>off</SPA>\n        <SSL>on</SSL>\n        <Encryption>{}</Encryption>\n"
                       "        <AuthRequired>on</AuthRequired>\n",
                       type, xml(setup.host), port, implicit != 0 ? "SSL" : "TLS");
    if (!address.empty()) out += fmt::format("        <LoginName>{}</LoginName>\n", xml(address));
    out += "      </Protocol>\n";
}

void record(std::string& out, std::string_view service, const ClientSetup& setup, std::uint16_t port) {
    // RFC 2782: "." says that there is no such service.
    if (port == 0)
        out += fmt::format("_{}._tcp.{}. IN SRV 0 0 0 .\n", service, setup.domain);
    else
        out += fmt::format("_{}._tcp.{}. IN SRV 0 1 {} {}.\n", service, setup.domain, port, setup.host);
}

} // namespace

ClientSetup client_setup(const Config& config) {
    return {config.domain,
            config.smtp.hostname.empty() ? config.domain : config.smtp.hostname,
            port_of(config.listen.imaps),
            port_of(config.listen.imap),
            port_of(config.listen.submissions),
            port_of(config.listen.submission),
            port_of(config.listen.https)};
}

std::string thunderbird_setup(const ClientSetup& setup) {
    std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                  "<clientConfig version=\"1.1\">\n"
                                  "  <emailProvider id=\"{0}\">\n"
                                  "    <domain>{0}</domain>\n"
                                  "    <displayName>{0}</displayName>\n"
                                  "    <displayShortName>{0}</displayShortName>\n",
                                  xml(setup.domain));
    thunderbird_server(out, "incomingServer", "imap", setup.host, setup.imaps, "SSL");
    thunderbird_server(out, "incomingServer", "imap", setup.host, setup.imap, "STARTTLS");
    thunderbird_server(out, "outgoingServer", "smtp", setup.host, setup.submissions, "SSL");
    thunderbird_server(out, "outgoingServer", "smtp", setup.host, setup.submission, "STARTTLS");
    return out + "  </emailProvider>\n</clientConfig>\n";
}

std::string outlook_setup(const ClientSetup& setup, std::string_view address) {
    std::string out =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n"
        "  <Response "
        "xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">\n"
        "    <Account>\n      <AccountType>email</AccountType>\n      <Action>settings</Action>\n";
    outlook_protocol(out, "IMAP", setup, setup.imaps, setup.imap, address);
    outlook_protocol(out, "SMTP", setup, setup.submissions, setup.submission, address);
    return out + "    </Account>\n  </Response>\n</Autodiscover>\n";
}

std::string apple_setup(const ClientSetup& setup, std::string_view address) {
    const auto string = [](std::string_view key, std::string_view value) {
        return fmt::format("      <key>{}</key><string>{}</string>\n", key, xml(value));
    };
    const auto number = [](std::string_view key, std::uint16_t value) {
        return fmt::format("      <key>{}</key><integer>{}</integer>\n", key, value);
    };
    const auto id = fmt::format("mail.{}", setup.domain);
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                      "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                      "<plist version=\"1.0\">\n  <dict>\n    <key>PayloadContent</key>\n    <array><dict>\n";
    out += string("PayloadType", "com.apple.mail.managed") + number("PayloadVersion", 1);
    out += string("PayloadIdentifier", id + ".account") +
           string("PayloadUUID", uuid_of(fmt::format("account {} {}", setup.domain, address)));
    out += string("PayloadDisplayName", setup.domain) + string("EmailAccountDescription", setup.domain);
    out += string("EmailAccountType", "EmailTypeIMAP");
    if (!address.empty())
        out += string("EmailAddress", address) + string("IncomingMailServerUsername", address) +
               string("OutgoingMailServerUsername", address);
    out += string("IncomingMailServerHostName", setup.host) +
           number("IncomingMailServerPortNumber", setup.imaps != 0 ? setup.imaps : setup.imap) +
           "      <key>IncomingMailServerUseSSL</key><true/>\n" +
           string("IncomingMailServerAuthentication", "EmailAuthPassword");
    out += string("OutgoingMailServerHostName", setup.host) +
           number("OutgoingMailServerPortNumber",
                  setup.submissions != 0 ? setup.submissions : setup.submission) +
           "      <key>OutgoingMailServerUseSSL</key><true/>\n" +
           string("OutgoingMailServerAuthentication", "EmailAuthPassword") +
           "      <key>OutgoingPasswordSameAsIncomingPassword</key><true/>\n";
    out += "    </dict></array>\n";
    out += string("PayloadType", "Configuration") + number("PayloadVersion", 1) +
           string("PayloadIdentifier", id) +
           string("PayloadUUID", uuid_of(fmt::format("profile {} {}", setup.domain, address))) +
           string("PayloadDisplayName", setup.domain);
    return out + "  </dict>\n</plist>\n";
}

std::string client_records(const ClientSetup& setup) {
    std::string out;
    record(out, "imaps", setup, setup.imaps);
    record(out, "imap", setup, setup.imap);
    record(out, "submissions", setup, setup.submissions);
    record(out, "submission", setup, setup.submission);
    record(out, "jmap", setup, setup.https);
    record(out, "autodiscover", setup, setup.https);
    out += fmt::format("autoconfig.{}. IN CNAME {}.\n", setup.domain, setup.host);
    out += fmt::format("autodiscover.{}. IN CNAME {}.\n", setup.domain, setup.host);
    return out;
}

std::string outlook_address(std::string_view request) {
    constexpr std::string_view begin = "<EMailAddress>", end = "</EMailAddress>";
    const auto from = request.find(begin);
    if (from == std::string_view::npos) return {};
    const auto to = request.find(end, from);
    const auto address = to == std::string_view::npos
                             ? std::string_view{}
                             : request.substr(from + begin.size(), to - from - begin.size());
    return std::string(address.size() > longest_address_named ? std::string_view{} : address);
}

} // namespace facteur
