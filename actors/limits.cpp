#include "actors/limits.h"

#include "transport/mime/message.h"
#include "transport/smtp/limits.h"

namespace facteur {

jmap::Limits jmap_limits(const Config& config) {
    jmap::Limits limits;
    limits.max_size_upload = config.limits.upload;
    limits.max_size_request = config.limits.request;
    limits.max_size_attachments_per_email = config.smtp.message_size;
    return limits;
}

std::vector<Limit> all_limits(const Config& config) {
    const auto jmap = jmap_limits(config);
    const mime::Limits mime;
    const smtp::Limits smtp;
    const auto seconds = [](std::chrono::seconds of) { return static_cast<std::uint64_t>(of.count()); };
    return {
        {"store.lane_queue", config.store.lane_queue, "octets", true},
        {"store.keep_history", seconds(config.store.keep_history), "seconds", true},
        {"smtp.message_size", config.smtp.message_size, "octets", true},
        {"smtp.memory", config.smtp.memory, "octets", true},
        {"smtp.recipients", config.smtp.recipients, "", true},
        {"smtp.connections", config.smtp.connections, "", true},
        {"smtp.connections_per_address", config.smtp.connections_per_address, "", true},
        {"smtp.errors", config.smtp.errors, "", true},
        {"smtp.idle", seconds(config.smtp.idle), "seconds", true},
        {"auth.session", seconds(config.auth.session), "seconds", true},
        {"auth.remembered_session", seconds(config.auth.remembered_session), "seconds", true},
        {"auth.failures", config.auth.failures, "", true},
        {"auth.failure_wait", seconds(config.auth.failure_wait), "seconds", true},
        {"limits.quota", config.limits.quota, "octets", true},
        {"limits.upload", config.limits.upload, "octets", true},
        {"limits.request", config.limits.request, "octets", true},
        {"limits.http_connections", config.limits.http_connections, "", true},
        {"limits.http_connections_per_address", config.limits.http_connections_per_address, "", true},
        {"SMTP command line", smtp.command_octets, "octets", false},
        {"SMTP line of AUTH", smtp.auth_octets, "octets", false},
        {"SMTP line of text", smtp.text_line_octets, "octets", false},
        {"SMTP header", smtp.header_octets, "octets", false},
        {"SMTP pipelined input", smtp.pipelined_octets, "octets", false},
        {"SMTP refused recipients", smtp.refused_recipients, "", false},
        {"SMTP failures of AUTH", smtp.auth_failures, "", false},
        {"SMTP messages of a connection", smtp.transactions, "", false},
        {"SMTP commands without a message", smtp.idle_commands, "", false},
        {"SMTP hops", smtp.hops, "", false},
        {"JMAP uploads at once", jmap.max_concurrent_upload, "", false},
        {"JMAP requests at once", jmap.max_concurrent_requests, "", false},
        {"JMAP calls in a request", jmap.max_calls_in_request, "", false},
        {"JMAP objects in a get", jmap.max_objects_in_get, "", false},
        {"JMAP objects in a set", jmap.max_objects_in_set, "", false},
        {"JMAP depth of mailboxes", jmap.max_mailbox_depth, "", false},
        {"JMAP name of a mailbox", jmap.max_size_mailbox_name, "octets", false},
        {"JMAP attachments of an email", jmap.max_size_attachments_per_email, "octets", false},
        {"JMAP delay of a submission", jmap.max_delayed_send, "seconds", false},
        {"JMAP Blob/set", jmap.max_size_blob_set, "octets", false},
        {"JMAP sources of a blob", jmap.max_data_sources, "", false},
        {"JMAP nesting of a request", jmap.max_depth, "", false},
        {"JMAP depth of a filter", jmap.max_filter_depth, "", false},
        {"JMAP nodes of a filter", jmap.max_filter_nodes, "", false},
        {"JMAP ids in a query", jmap.max_query_limit, "", false},
        {"JMAP ids in changes", jmap.max_changes_limit, "", false},
        {"JMAP result references in a call", jmap.max_references, "", false},
        {"JMAP answers read by references", jmap.max_referenced, "octets", false},
        {"JMAP response", jmap.max_response, "octets", false},
        {"MIME parts of a message", mime.parts, "", false},
        {"MIME depth of parts", mime.depth, "", false},
        {"MIME header of a part looked at", mime.header_bytes, "octets", false},
    };
}

} // namespace facteur
