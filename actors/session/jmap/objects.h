// The objects of JMAP that are rows of JSON in the store (ObjectType::identity,
// vacation_response, email_submission): what of
// them is kept.
//
// A row is the JMAP object itself without its id, with exactly the members of RFC 8621 §6 and §7, so that a
// /get may copy the members that it was asked for. An identity's row may lack members, which then have the
// default that `Identity` gives. Ids are those of ids.h: "i3", "s4".
//
// Reading gives nothing when a row is not what is written here; the store holds no such row.
#pragma once

#include "store/rows.h"
#include "transport/jmap/writer.h"
#include "transport/vacation/vacation.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur {

// ---- Identity (RFC 8621 §6): {"name", "email", "replyTo", "bcc", "textSignature", "htmlSignature",
// "mayDelete"}

struct Identity {
    std::string name, email;
    std::optional<std::vector<store::Address>> reply_to, bcc; // nothing: null
    std::string text_signature, html_signature;
    bool may_delete = true;
    bool operator==(const Identity&) const = default;
};
std::optional<Identity> read_identity(std::string_view row);
std::string write_identity(const Identity& identity);

// ---- VacationResponse (RFC 8621 §8): {"isEnabled", "fromDate", "toDate", "subject", "textBody",
// "htmlBody"}, and "round"; there is one, or none yet, of this id

inline constexpr std::string_view vacation_id = "singleton";
struct VacationResponse {
    vacation::Vacation vacation;
    store::Modseq round = 0; // that last turned it on: who was answered in an earlier one is answered anew
    bool operator==(const VacationResponse&) const = default;
};
std::optional<VacationResponse> read_vacation_response(std::string_view row);
std::string write_vacation_response(const VacationResponse& response);

// ---- EmailSubmission (RFC 8621 §7): {"identityId", "emailId", "threadId", "envelope", "sendAt",
// "undoStatus", "deliveryStatus", "dsnBlobIds", "mdnBlobIds"}

struct EnvelopeAddress {
    std::string email;                                            // may be empty in mailFrom: the null path
    std::map<std::string, std::optional<std::string>> parameters; // upper case names
    bool operator==(const EnvelopeAddress&) const = default;
};
struct Envelope {
    EnvelopeAddress mail_from;
    std::vector<EnvelopeAddress> rcpt_to; // each address once
    bool operator==(const Envelope&) const = default;
};
void write(const Envelope& envelope, jmap::Writer& out);
// The member "envelope" of `object`.
std::optional<Envelope> read_envelope(jmap::Object object);

struct DeliveryStatus {
    std::string address;        // as in rcptTo
    std::string smtp_reply;     // "250 2.0.0 …"
    std::string delivered;      // "queued", "yes", "no", "unknown"
    store::Time changed_at = 0; // when it became so, "changedAt" beside what RFC 8621 has; 0: unknown
    bool operator==(const DeliveryStatus&) const = default;
};

struct Submission {
    std::string identity;
    store::EmailId email = 0;
    store::ThreadId thread = 0;
    Envelope envelope;
    store::Time send_at = 0;
    std::string undo_status; // "pending", "final", "canceled"
    std::vector<DeliveryStatus> delivery_status;
    std::vector<std::string> dsn_blob_ids;
    bool operator==(const Submission&) const = default;
};
std::optional<Submission> read_submission(std::string_view row);
std::string write_submission(const Submission& submission);

} // namespace facteur
