// Random replies to an SMTP client, in random pieces. What it sends is whole lines, every message that was
// begun ends exactly once with a result for each recipient, and after the end nothing more happens.
#include "transport/smtp/client.h"

#include <algorithm>
#include <cstdlib>

using namespace facteur::smtp;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    ClientOptions options;
    options.host = "a.example";
    options.starttls = static_cast<StartTlsPolicy>(data[0] % 3);
    options.tls = (data[0] & 4) != 0;
    options.chunking = (data[0] & 8) != 0;
    options.window = data[1] % 5;
    options.chunk_octets = 8;
    if ((data[0] & 16) != 0) options.credentials = ClientCredentials{"u", "p", true, "012345678901234567"};
    const std::size_t piece = data[2] + 1u;
    Client client(options);
    int open = 0, sent = 0;
    const auto handle = [&](const ClientEvent& event) {
        if (std::holds_alternative<ClientStartTls>(event)) client.tls_started();
        if (std::holds_alternative<TextWanted>(event)) {
            require(open == 1);
            for (int i = 0; i < 3 && client.wants_text(); ++i)
                client.write_text(".text\n.\r");
            if (client.wants_text()) client.end_text();
        }
        if (const auto* done = std::get_if<MessageDone>(&event)) {
            require(open-- == 1 && done->recipients.size() == 3);
            for (const auto& result : done->recipients)
                require(result.reply.text.size() <= options.replies.octets);
        }
        if (client.is_ready() && open == 0 && sent < 4) {
            Envelope envelope;
            envelope.octets = 24;
            for (const char* local : {"a", "b", "c"})
                envelope.recipients.push_back({Mailbox{local, "example.net"}, {}});
            ++open;
            ++sent;
            client.send(std::move(envelope));
        }
    };
    std::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3);
    while (!rest.empty()) {
        const auto bytes = std::string(rest.substr(0, piece));
        rest.remove_prefix(bytes.size());
        client.feed(bytes);
        while (const auto event = client.next())
            handle(*event);
        const auto out = client.take_output();
        require(out.find("\n.\n") == std::string::npos && out.find("\r\r") == std::string::npos);
        for (std::size_t i = 0; i < out.size(); ++i)
            if (out[i] == '\n') require(i > 0 && out[i - 1] == '\r');
    }
    client.lost("over");
    while (const auto event = client.next())
        handle(*event);
    require(open == 0 && client.is_over());
    return 0;
}
