// Octets of a body, decoded when they are to be, in pieces of at most a megabyte or so: what a literal is
// filled with whose length has been announced. Each piece may be read from another snapshot.
#pragma once

#include "store/snapshot.h"
#include "transport/imap/section.h"
#include "transport/mime/decode.h"

#include <cstdint>
#include <string>

namespace facteur {

class BodyPieces {
public:
    // Of what `encoded` is when it is decoded, the octets from `skipped` on, exactly `octets` of them.
    BodyPieces(const store::Hash& body, mime::Span encoded, mime::Encoding encoding, std::uint64_t skipped,
               std::uint64_t octets)
        : body_(body), encoded_(encoded), decoder_(encoding), skipped_(skipped), left_(octets) {}

    [[nodiscard]] bool is_done() const { return left_ == 0; }
    // Appends what one chunk of the body gives, which may be nothing. False: what is left cannot be had.
    [[nodiscard]] bool next(const store::Snapshot& now, std::string& out);

private:
    store::Hash body_;
    mime::Span encoded_; // what is not read yet
    mime::TransferDecoder decoder_;
    std::uint64_t skipped_, left_;
};

} // namespace facteur
