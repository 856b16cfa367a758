// Blob/lookup (RFC 9404 §4.3): which objects have this blob.
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/read_methods.h"

#include <algorithm>
#include <set>

namespace facteur {
namespace {

bool has_part(const store::StructureRow& structure, const BlobId::Part& wanted) {
    return std::any_of(structure.parts.begin(), structure.parts.end(), [&](const store::PartRow& part) {
        return part.body_offset == wanted.offset && part.body_size == wanted.size &&
               part.encoding == wanted.encoding && !part.in_message;
    });
}

std::vector<store::EmailId> emails_of(const store::Snapshot& now, store::AccountId account,
                                      std::string_view id) {
    const auto blob = read_blob_id(id);
    if (!blob) return {};
    auto emails = now.emails_of_body(account, blob->body);
    // The same bytes have the same structure.
    if (blob->part && !emails.empty()) {
        const auto structure = now.structure(account, emails.front());
        if (!structure || !has_part(*structure, *blob->part)) return {};
    }
    return emails;
}

} // namespace

jmap::MethodResult blob_lookup(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto account_argument = a.id("accountId").value_or(std::string_view{});
    const auto types = a.strings("typeNames");
    auto ids = a.ids("ids");
    if (!types) a.refuse({"invalidArguments", "\"typeNames\" is missing."});
    if (!ids) a.refuse({"invalidArguments", "\"ids\" is missing."});
    if (auto fault = a.fault()) return tl::unexpected(*fault);
    if (ids->size() > limits.max_objects_in_get)
        return jmap::method_error("requestTooLarge", "The call names too many blobs.");
    const bool mail = (context.capabilities & bit_of(jmap::Capability::mail)) != 0;
    for (const auto type : *types)
        if (!mail || (type != "Email" && type != "Thread" && type != "Mailbox"))
            return jmap::method_error("unknownDataType", "The server looks up Email, Thread and Mailbox.");

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    GetAnswer answer(account_argument, {}, out);
    for (const auto id : *ids) {
        const auto emails = emails_of(now, account, id);
        std::set<store::ThreadId> threads;
        std::set<store::MailboxId> mailboxes;
        for (const auto email : emails) {
            const auto view = now.email(account, email);
            if (!view) continue;
            threads.insert(view->thread());
            for (const auto& ref : view->mailboxes())
                mailboxes.insert(ref.mailbox);
        }
        const auto write = [&](std::string_view type, const auto& numbers, const auto& id_of) {
            if (std::find(types->begin(), types->end(), type) == types->end()) return;
            out.key(type).begin_array();
            for (const auto number : numbers)
                out.value(id_of(number));
            out.end_array();
        };
        // A blob that is not there, or not this account's, has empty lists too: nothing tells them apart.
        out.begin_object().member("id", id).key("matchedIds").begin_object();
        write("Mailbox", mailboxes, mailbox_id);
        write("Thread", threads, thread_id);
        write("Email", emails, email_id);
        out.end_object().end_object();
    }
    answer.end();
    return {};
}

} // namespace facteur
