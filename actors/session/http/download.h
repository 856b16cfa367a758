// A download under way: the session reads a piece, gives it to the connection, and reads the next when the
// client has taken that one, so that a download of any size holds one piece (and, of an encoded part, its
// decoded bytes).
#pragma once

#include "actors/session/http/http_session.h"
#include "actors/session/jmap/blobs.h"

namespace facteur {

struct Download {
    store::AccountId account = 0;
    Blob blob;
    std::uint64_t next = 0, end = 0; // octets of the blob: what is still to come
};

// The client has taken a piece.
void continue_download(HttpSession* self);

} // namespace facteur
