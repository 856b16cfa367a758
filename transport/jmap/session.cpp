#include "transport/jmap/session.h"

namespace facteur::jmap {
namespace {

std::string websocket_url(std::string_view url) {
    // "http://…" is "ws://…", "https://…" is "wss://…"
    return "ws" + std::string(url.substr(std::min<std::size_t>(url.size(), 4))) + std::string(websocket_path);
}

void write_core(const Limits& limits, Writer& out) {
    out.begin_object()
        .member("maxSizeUpload", limits.max_size_upload)
        .member("maxConcurrentUpload", limits.max_concurrent_upload)
        .member("maxSizeRequest", limits.max_size_request)
        .member("maxConcurrentRequests", limits.max_concurrent_requests)
        .member("maxCallsInRequest", limits.max_calls_in_request)
        .member("maxObjectsInGet", limits.max_objects_in_get)
        .member("maxObjectsInSet", limits.max_objects_in_set);
    out.key("collationAlgorithms").begin_array().value("i;ascii-numeric").value("i;ascii-casemap");
    out.value("i;unicode-casemap").end_array().end_object();
}

void write_capability(Capability capability, std::string_view url, const Limits& limits, Writer& out) {
    out.key(urn_of(capability));
    switch (capability) {
    case Capability::core: write_core(limits, out); return;
    case Capability::websocket:
        out.begin_object().member("url", websocket_url(url)).member("supportsPush", true).end_object();
        return;
    default: out.begin_object().end_object();
    }
}

void write_mail(const Limits& limits, Writer& out) {
    out.key("maxMailboxesPerEmail").null();
    out.member("maxMailboxDepth", limits.max_mailbox_depth)
        .member("maxSizeMailboxName", limits.max_size_mailbox_name)
        .member("maxSizeAttachmentsPerEmail", limits.max_size_attachments_per_email);
    out.key("emailQuerySortOptions").begin_array();
    for (const auto option : {"receivedAt", "sentAt", "size", "from", "to", "subject", "hasKeyword",
                              "allInThreadHaveKeyword", "someInThreadHaveKeyword"})
        out.value(option);
    out.end_array();
    out.member("mayCreateTopLevelMailbox", true);
}

void write_account_capability(Capability capability, const Limits& limits, Writer& out) {
    out.key(urn_of(capability)).begin_object();
    if (capability == Capability::mail) write_mail(limits, out);
    if (capability == Capability::submission) {
        out.member("maxDelayedSend", limits.max_delayed_send);
        out.key("submissionExtensions").begin_object();
        out.key("FUTURERELEASE").begin_array().end_array();
        out.key("SIZE").begin_array().end_array();
        out.key("DSN").begin_array().end_array().end_object();
    }
    if (capability == Capability::blob) {
        out.member("maxSizeBlobSet", limits.max_size_blob_set)
            .member("maxDataSources", limits.max_data_sources);
        out.key("supportedTypeNames")
            .begin_array()
            .value("Email")
            .value("Thread")
            .value("Mailbox")
            .end_array();
        out.key("supportedDigestAlgorithms").begin_array().value("sha").value("sha-256").end_array();
    }
    out.end_object();
}

template <typename Each>
void each_capability(std::uint32_t capabilities, const Each& each) {
    for (std::size_t i = 0; i < capability_urns.size(); ++i)
        if ((capabilities & (1u << i)) != 0) each(static_cast<Capability>(i));
}

// Core and WebSocket are the server's, not an account's.
constexpr std::uint32_t of_server = bit_of(Capability::core) | bit_of(Capability::websocket);

} // namespace

void write_session(const SessionInformation& information, const Limits& limits, Writer& out) {
    const std::string_view url = information.url;
    const auto of_account = information.capabilities & ~of_server;
    out.begin_object().key("capabilities").begin_object();
    each_capability(information.capabilities, [&](auto each) { write_capability(each, url, limits, out); });
    out.end_object().key("accounts").begin_object();
    for (const auto& account : information.accounts) {
        out.key(account.id).begin_object().member("name", account.name);
        out.member("isPersonal", account.is_personal).member("isReadOnly", account.is_read_only);
        out.key("accountCapabilities").begin_object();
        each_capability(of_account, [&](auto each) { write_account_capability(each, limits, out); });
        out.end_object().end_object();
    }
    out.end_object().key("primaryAccounts").begin_object();
    if (!information.accounts.empty())
        each_capability(of_account,
                        [&](auto each) { out.member(urn_of(each), information.accounts.front().id); });
    out.end_object().member("username", information.username);
    const auto address = [&](std::string_view path, std::string_view rest) {
        return std::string(url).append(path).append(rest);
    };
    out.member("apiUrl", address(api_path, ""))
        .member("downloadUrl", address(download_path, "{accountId}/{blobId}/{name}?type={type}"))
        .member("uploadUrl", address(upload_path, "{accountId}/"))
        .member("eventSourceUrl",
                address(event_source_path, "?types={types}&closeafter={closeafter}&ping={ping}"))
        .member("state", information.state)
        .end_object();
}

} // namespace facteur::jmap
