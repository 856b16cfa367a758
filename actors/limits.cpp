#include "actors/limits.h"

#include "actors/searching/searches.h"
#include "actors/session/http/http_limits.h"
#include "transport/http/request_machine.h"
#include "transport/imap/limits.h"
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
    const imap::Limits imap;
    const HttpLimits http;
    const SearchLimits search;
    const http::Limits request;
    const auto milliseconds = [](std::chrono::milliseconds of) {
        return static_cast<std::uint64_t>(of.count());
    };
    const auto seconds = [](std::chrono::seconds of) { return static_cast<std::uint64_t>(of.count()); };
    return {
        {"store.lane_queue", config.store.lane_queue, "octets", true},
        {"store.keep_history", seconds(config.store.keep_history), "seconds", true},
        {"smtp.message_size", config.smtp.message_size, "octets", true},
        {"smtp.memory", config.smtp.memory, "octets", true},
        {"smtp.recipients", config.smtp.recipients, "", true},
        {"mass_mail.recipients", config.mass_mail.recipients, "", true},
        {"smtp.connections", config.smtp.connections, "", true},
        {"smtp.connections_per_address", config.smtp.connections_per_address, "", true},
        {"smtp.errors", config.smtp.errors, "", true},
        {"smtp.idle", seconds(config.smtp.idle), "seconds", true},
        {"imap.connections", config.imap.connections, "", true},
        {"imap.connections_per_address", config.imap.connections_per_address, "", true},
        {"imap.connections_per_user", config.imap.connections_per_user, "", true},
        {"imap.memory", config.imap.memory, "octets", true},
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
        {"IMAP command", imap.command_octets, "octets", false},
        {"IMAP literals of a command", imap.literal_octets, "octets", false},
        {"IMAP command before a sign-in", imap.early_octets, "octets", false},
        {"IMAP messages of one APPEND", imap.append_octets, "octets", false},
        {"IMAP number of messages of one APPEND", imap.append_messages, "", false},
        {"IMAP parts of one CATENATE", imap.catenate_parts, "", false},
        {"IMAP refused command", imap.skipped_octets, "octets", false},
        {"IMAP nesting of SEARCH", imap.nesting, "", false},
        {"IMAP items of a list", imap.list_items, "", false},
        {"IMAP ranges of a set", imap.set_ranges, "", false},
        {"IMAP pipelined input", imap.pipelined_octets, "octets", false},
        {"IMAP bad commands", imap.bad_commands, "", false},
        {"IMAP failures of a sign-in", imap.auth_failures, "", false},
        {"IMAP commands before a sign-in", imap.early_commands, "", false},
        {"HTTP line of a head", request.line, "octets", false},
        {"HTTP head", request.head, "octets", false},
        {"HTTP fields of a head", request.headers, "", false},
        {"HTTP time for a head", http.head_time, "milliseconds", false},
        {"HTTP time between requests", http.keep_alive, "milliseconds", false},
        {"HTTP time for the pace of a body", http.pace_time, "milliseconds", false},
        {"HTTP pace of a body in that time", http.pace, "octets", false},
        {"HTTP time for an answer", http.answer_time, "milliseconds", false},
        {"HTTP time without a reader", http.write_stall, "milliseconds", false},
        {"HTTP sign of life of a stream", http.keep_awake, "milliseconds", false},
        {"HTTP ping of a WebSocket", http.websocket_ping, "milliseconds", false},
        {"HTTP body before sign-in", http.unadmitted_body, "octets", false},
        {"HTTP bodies under way", http.bodies, "octets", false},
        {"HTTP bodies of a user under way",
         std::max(http.bodies_of_user, jmap.max_size_upload + jmap.max_size_request), "octets", false},
        {"HTTP piece of a download", http.piece, "octets", false},
        {"HTTP pipelined input", http.pipelined, "octets", false},
        {"HTTP events not taken", http.stream_queue, "octets", false},
        {"HTTP requests' parts in a turn", http.turn_events, "", false},
        {"HTTP answers in a turn", http.turn_octets, "octets", false},
        {"HTTP downloads of a user", http.downloads, "", false},
        {"HTTP streams of a user", http.streams, "", false},
        {"HTTP programs of a user", http.programs, "", false},
        {"HTTP connections of the admin door", http.admin_connections, "", false},
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
        {"Searches under way", search.under_way, "", false},
        {"Searches that wait", search.waiting, "", false},
        {"Searches of a user", search.of_user, "", false},
        {"Searches' memory", search.memory, "octets", false},
        {"Search in the actor",
         milliseconds(std::chrono::floor<std::chrono::milliseconds>(search.on_the_spot)), "milliseconds",
         false},
        {"Search in a turn", milliseconds(search.turn), "milliseconds", false},
        {"Search on one snapshot", milliseconds(search.snapshot), "milliseconds", false},
        {"Search in all", milliseconds(search.longest), "milliseconds", false},
        {"MIME parts of a message", mime.parts, "", false},
        {"MIME depth of parts", mime.depth, "", false},
        {"MIME header of a part looked at", mime.header_bytes, "octets", false},
    };
}

} // namespace facteur
