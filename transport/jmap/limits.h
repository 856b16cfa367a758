// The limits of JMAP that are announced in the session object and enforced (RFC 8620 §2, 8621 §1.3.1,
// 9404 §3.1), and those that only protect the server. Sizes in octets.
#pragma once

#include <cstdint>

namespace facteur::jmap {

struct Limits {
    std::uint64_t max_size_upload = 100'000'000;
    std::uint32_t max_concurrent_upload = 4;
    std::uint64_t max_size_request = 10'000'000;
    std::uint32_t max_concurrent_requests = 8;
    std::uint32_t max_calls_in_request = 64;
    std::uint32_t max_objects_in_get = 1000; // the specification asks for at least 500
    std::uint32_t max_objects_in_set = 1000;

    std::uint32_t max_mailbox_depth = 10;
    std::uint32_t max_size_mailbox_name = 255;
    std::uint64_t max_size_attachments_per_email = 50'000'000;
    std::uint64_t max_delayed_send = 365ull * 24 * 3600; // seconds
    std::uint64_t max_size_blob_set = 10'000'000;
    std::uint32_t max_data_sources = 64;

    std::uint16_t max_depth = 200;            // of nesting in a request; a tree of 50 body parts needs 106
    std::uint32_t max_filter_depth = 20;      // of FilterOperators
    std::uint32_t max_filter_nodes = 500;     // operators and conditions in one filter
    std::uint32_t max_query_limit = 10'000;   // ids in one answer of a /query
    std::uint32_t max_changes_limit = 10'000; // ids in one answer of a /changes
    std::uint32_t max_references = 16;        // result references in one call; no method has more arguments
    std::uint64_t max_referenced = 64u << 20; // octets of answers that a request's references read in all
    std::uint64_t max_response = 64u << 20;   // further calls are refused once the answer is this long
};

} // namespace facteur::jmap
