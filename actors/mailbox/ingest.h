// Turns the bytes of a message into what the store keeps of it. Parsing happens here, once, on the caller's
// thread; the plan that files the email later only adds ids.
#pragma once

#include "store/change.h"
#include "store/error.h"
#include "store/rows.h"

#include <memory>
#include <string>
#include <string_view>

namespace facteur {

struct IngestedEmail {
    store::Body body;
    store::EmailRow row; // without id, thread, mailboxes: the plan sets them
    store::StructureRow structure;
};

// `received` in seconds UTC. Any bytes are an email: what is not well formed becomes the best reading of it.
std::shared_ptr<const IngestedEmail> ingest(std::shared_ptr<const std::string> bytes, store::Time received,
                                            store::Keywords keywords = {});

// Puts an ingested email together again from its encoded rows (a message from another node).
store::Result<std::shared_ptr<const IngestedEmail>> reload(std::string body, std::string_view row,
                                                           std::string_view structure);

} // namespace facteur
