// What sessions and delivery stand on: made once by the server, outlives every actor. All of it is
// thread-safe.
#pragma once

#include "actors/config.h"
#include "transport/jmap/limits.h"

#include <string>

namespace facteur::store {
class Store;
}

namespace facteur {

class Authenticator;
class Directory;
class Indexing;
class LargeTexts;
class Mailboxes;
class Metrics;
class Queue;
class Searches;
class WebSessions;

struct Services {
    const Config& config;
    const jmap::Limits& jmap_limits; // announced and enforced; made from the configuration
    store::Store& store;
    Directory& directory;
    Authenticator& authenticator;
    WebSessions& web_sessions;
    Mailboxes& mailboxes;
    Indexing& indexing;
    Searches& searches;
    LargeTexts& large_texts;
    Queue& queue;
    Metrics& metrics;
    std::string srs_secret = {}; // of reverse-paths of what is forwarded; empty: they are not rewritten
};

} // namespace facteur
