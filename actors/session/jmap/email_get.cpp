// Email/get (RFC 8621 §4.2).
#include "actors/session/jmap/email_writer.h"
#include "actors/session/jmap/get_answer.h"
#include "actors/session/jmap/read_methods.h"
#include "store/emails_in_order.h"

namespace facteur {
namespace {

class EmailGet {
public:
    EmailGet(const MethodContext& context, const store::Snapshot& now, const EmailSelection& selection,
             jmap::Writer& out)
        : now_(now), account_(context.user.id), most_(context.services.jmap_limits.max_response),
          writer_(selection, out), out_(out) {}

    void write(const store::EmailView& row) {
        StoredContent content(now_, account_, row);
        writer_.write(row, content);
    }
    // Body values can make an answer of any length: it ends when it is too long.
    [[nodiscard]] bool is_too_long() const { return out_.out().size() > most_; }

private:
    const store::Snapshot& now_;
    store::AccountId account_;
    std::uint64_t most_;
    EmailWriter writer_;
    jmap::Writer& out_;
};

} // namespace

jmap::MethodResult email_get(const MethodContext& context, jmap::Object arguments, jmap::Writer& out) {
    const auto& limits = context.services.jmap_limits;
    jmap::Arguments a(arguments, context.created_ids);
    const auto get = jmap::read_get(a, limits);
    const auto selection = read_email_selection(a, get.properties, true);
    if (auto fault = a.fault()) return tl::unexpected(*fault);

    const auto account = context.user.id;
    const auto now = context.services.store.read(account);
    const auto state = now.state(account);
    GetAnswer answer(get.account, state_of(state, store::StateType::email), out);
    EmailGet emails(context, now, selection, out);
    if (!get.ids) {
        if (auto few = check_count(store::visible_emails(state), limits); !few) return few;
        now.by_id(account, 0, [&](const store::EmailView& row) {
            if (!row.is_hidden()) emails.write(row);
            return !emails.is_too_long();
        });
    } else {
        store::EmailsInOrder rows(now, account); // as lists are, by time and with it by id
        for (const auto id : *get.ids) {
            const auto email = read_email_id(id);
            const auto row = email ? rows.any_email(*email) : std::nullopt;
            if (row && !row->is_hidden())
                emails.write(*row);
            else
                answer.not_found(id);
            if (emails.is_too_long()) break;
        }
    }
    if (emails.is_too_long())
        return jmap::method_error("requestTooLarge", "The answer would be too long: ask for fewer emails.");
    answer.end();
    return {};
}

} // namespace facteur
