// All read methods: each is a ReadMethod (method.h), named after its method.
#pragma once

#include "actors/session/jmap/method.h"

namespace facteur {

using ReadFunction = jmap::MethodResult(const MethodContext& context, jmap::Object arguments,
                                        jmap::Writer& out);

ReadFunction mailbox_get, mailbox_changes, mailbox_query, mailbox_query_changes;
ReadFunction thread_get, thread_changes;
ReadFunction email_get, email_changes, email_query, email_query_changes, email_parse;
ReadFunction search_snippet_get;
ReadFunction identity_get, identity_changes;
ReadFunction vacation_get;
ReadFunction submission_get, submission_changes, submission_query, submission_query_changes;
ReadFunction quota_get, quota_changes, quota_query, quota_query_changes;
ReadFunction blob_get, blob_lookup;

} // namespace facteur
