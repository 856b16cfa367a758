// From the Email object that a client wants created (RFC 8621 §4.6) to the bytes of a message: the first half
// of Email/set's create.
//
// Everything is checked here; what is wrong is told by one SetError that names all properties at fault
// ("bodyStructure/subParts/0/partId"), or blobNotFound with all blobs that are missing. Runs in the calling
// actor, with much text on a thread for that (Turn::may_take).
#pragma once

#include "actors/mailbox/ingest.h"
#include "actors/searching/turn.h"
#include "actors/session/jmap/header_property.h"
#include "actors/session/jmap/set_answer.h"
#include "store/snapshot.h"
#include "transport/mime/write.h"

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// ---- faults that are gathered

class Faults {
public:
    void property(std::string name, std::string_view why);
    void missing_blob(std::string_view id);
    [[nodiscard]] bool any() const { return !properties_.empty() || !blobs_.empty() || other_.has_value(); }
    void other(jmap::SetError error) {
        if (!other_) other_ = std::move(error);
    }
    [[nodiscard]] jmap::SetError error() &&;

private:
    std::vector<std::string> properties_, blobs_;
    std::string description_;
    std::optional<jmap::SetError> other_;
};

// ---- header fields (new_email_headers.cpp)

// ASCII only: names of fields and of types.
std::string lower_case(std::string_view text);

class NewHeaders {
public:
    explicit NewHeaders(Faults& faults) : faults_(faults) {}

    // A property of the Email that stands for a header field, by its own name ("subject") or as "header:…".
    // False when it is neither.
    bool take(std::string_view property, jmap::Value value);
    // A "header:…" property of a body part; `path` names it in errors.
    void take_of_part(std::string_view property, const std::string& path, jmap::Value value);

    [[nodiscard]] bool has(std::string_view field) const;
    // In the order that programs write them; Content-* fields of parts among them.
    [[nodiscard]] std::vector<mime::NewField> take_fields() &&;
    [[nodiscard]] bool needs_utf8() const { return needs_utf8_; }

private:
    void add(std::string_view field, const std::string& path, HeaderForm form, jmap::Value value);
    void add_all(std::string_view property, const std::string& path, jmap::Value value, bool of_part);

    Faults& faults_;
    std::vector<mime::NewField> fields_;
    std::set<std::string> names_; // lower case
    bool needs_utf8_ = false;
};

// ---- body parts (new_email_body.cpp)

// What a body is made of. Content stays where it is: in the request's document, or in `blobs`.
struct NewBody {
    mime::NewPart root;
    std::deque<std::string> blobs;
    std::uint64_t attached = 0; // octets of blobs
    bool needs_utf8 = false;
};
struct Composer;
// `top` are the header fields of the Email itself, which the root part may not repeat.
NewBody read_body(jmap::Object email, const Composer& composer, const NewHeaders& top, Faults& faults);

// ---- the whole (new_email.cpp)

struct Composer {
    const store::Snapshot& now;
    store::AccountId account = 0;
    const jmap::CreatedIds& created_ids; // a blob may be one that this request made
    std::string domain;                  // of new message ids
    store::Time at = 0;
    std::uint64_t most_attached = 0; // octets of one email's blobs
    std::uint64_t most_message = 0;  // octets of the message
    std::function<std::uint64_t()> random;
    Turn& turn; // when it ends, what is composed is void
};
SetResult<std::shared_ptr<const IngestedEmail>> compose(const Composer& composer, jmap::Object email);

// Both are shared with Email/import. Nothing: there is a fault.
std::optional<store::Keywords> take_keywords(std::optional<jmap::Value> value, Faults& faults);
std::optional<store::Time> take_received_at(std::optional<jmap::Value> value, store::Time otherwise,
                                            Faults& faults);

} // namespace facteur
