#include "actors/session/jmap/run.h"

#include "actors/accounts/quota.h"
#include "actors/clock.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/metrics.h"
#include "actors/searching/searches.h"
#include "actors/session/jmap/ids.h"
#include "actors/session/jmap/method.h"
#include "actors/thread_waiter.h"
#include "transport/jmap/response.h"

#include <caf/all.hpp>

#include <chrono>
#include <memory>

namespace facteur {
namespace {

using Clock = std::chrono::steady_clock;

jmap::MethodError too_many_large_texts() {
    return {"serverUnavailable", "Too many large messages are being worked on: try again later."};
}

jmap::MethodError error_of(const store::Error& error) {
    const bool later = error.code == store::Code::busy || error.code == store::Code::stopped;
    return {later ? "serverUnavailable" : "serverFail", error.message};
}

// One request under way. Lives as long as a call of it waits for the mailbox actor or a thread.
class Run : public std::enable_shared_from_this<Run> {
public:
    Run(caf::event_based_actor* self, const Services& services, store::AccountRow user, jmap::Request request,
        RunOptions options, std::function<void(std::string)> done)
        : self_(self), services_(services), user_(std::move(user)), request_(std::move(request)),
          options_(std::move(options)), done_(std::move(done)) {
        if (options_.websocket_request_id) response_.open_frame(*options_.websocket_request_id);
    }

    // Runs calls until one has to wait, or all are done.
    void proceed() {
        while (next_ < request_.calls.size())
            if (start(request_.calls[next_++]) == Progress::waits) return;
        done_(std::move(response_).finish(request_.gives_created_ids ? &request_.created_ids : nullptr,
                                          options_.session_state));
    }

private:
    enum class Progress { answered, waits };

    Progress start(const jmap::Invocation& call) {
        begun_ = Clock::now();
        const auto* method = find_method(call.name);
        if (method == nullptr || !request_.uses(method->capability)) {
            response_.error({"unknownMethod", {}}, call.call_id);
            return Progress::answered;
        }
        auto arguments = jmap::resolve(call, response_, services_.jmap_limits);
        if (!arguments) return refuse(*method, call, arguments.error());
        if (response_.size() > services_.jmap_limits.max_response)
            return refuse(*method, call, {"requestTooLarge", "The response is too long for further calls."});
        if (auto denied = account_fault(*method, arguments->object())) return refuse(*method, call, *denied);
        return method->read != nullptr ? read(*method, call, std::move(*arguments))
                                       : write(*method, call, std::move(*arguments));
    }

    // Every method but Core/echo works on an account, which must be the user's.
    [[nodiscard]] std::optional<jmap::MethodError> account_fault(const Method& method,
                                                                 jmap::Object arguments) const {
        if (method.capability == jmap::Capability::core) return std::nullopt;
        const auto value = jmap::member(arguments, "accountId");
        const auto id = value ? jmap::as_string(*value) : std::nullopt;
        if (!id) return jmap::MethodError{"invalidArguments", "\"accountId\" must be an id."};
        if (read_account_id(*id) == user_.id) return std::nullopt;
        return jmap::MethodError{"accountNotFound", {}};
    }

    [[nodiscard]] MethodContext context(Turn& turn) const {
        return {services_, user_, request_.created_ids, request_.capabilities, seconds_now(), turn};
    }

    Progress read(const Method& method, const jmap::Invocation& call, jmap::ResolvedArguments arguments) {
        Turn turn(services_.searches.limits().on_the_spot);
        if (read(method, call, arguments.object(), turn)) return Progress::answered;
        return turn.met_large_text() ? read_large(method, call, std::move(arguments))
                                     : search(method, call, std::move(arguments));
    }
    // False: it takes more than the turn allows, and nothing has been answered.
    bool read(const Method& method, const jmap::Invocation& call, jmap::Object arguments, Turn& turn) {
        const auto damage = services_.store.damage(user_.id);
        auto result = method.read(context(turn), arguments, response_.begin(method.name, call.call_id));
        if (services_.store.damage(user_.id) != damage)
            result = tl::unexpected(jmap::MethodError{
                "serverFail", "A part of this account is damaged on the server's disk: tell its operators."});
        if (result) {
            response_.end();
            count(method, "ok");
            return true;
        }
        response_.undo();
        if (turn.wants_thread()) return false;
        refuse(method, call, result.error());
        return true;
    }
    // The same on a search thread. Nobody else touches the run until it is over.
    Progress search(const Method& method, const jmap::Invocation& call, jmap::ResolvedArguments arguments) {
        const ThreadWaiter waiter(self_);
        auto held = std::make_shared<jmap::ResolvedArguments>(std::move(arguments));
        const bool begun = services_.searches.start(
            user_.id, options_.gone, [run = shared_from_this(), &method, &call, held, waiter](Turn& turn) {
                run->read(method, call, held->object(), turn);
                waiter.say_over();
            });
        if (!begun)
            return refuse(method, call, {"serverUnavailable", "Too many searches wait: try again later."});
        waiter.wait(self_, [run = shared_from_this()] { run->proceed(); });
        return Progress::waits;
    }
    // The same on a thread for large texts.
    Progress read_large(const Method& method, const jmap::Invocation& call,
                        jmap::ResolvedArguments arguments) {
        auto held = std::make_shared<jmap::ResolvedArguments>(std::move(arguments));
        services_.large_texts.run_apart(
            self_,
            [run = shared_from_this(), &method, &call, held] {
                Turn turn;
                run->read(method, call, held->object(), turn);
            },
            [run = shared_from_this(), &method, &call](bool done) {
                if (!done) run->refuse(method, call, too_many_large_texts());
                run->proceed();
            });
        return Progress::waits;
    }

    Progress write(const Method& method, const jmap::Invocation& call, jmap::ResolvedArguments arguments) {
        Turn turn(services_.searches.limits().on_the_spot);
        auto prepared = method.prepare(context(turn), arguments.object());
        return turn.met_large_text() ? prepare_large(method, call, std::move(arguments))
                                     : send(method, call, std::move(prepared));
    }
    Progress prepare_large(const Method& method, const jmap::Invocation& call,
                           jmap::ResolvedArguments arguments) {
        using Prepared = jmap::Expected<CallMethod>;
        auto held = std::make_shared<jmap::ResolvedArguments>(std::move(arguments));
        auto prepared = std::make_shared<Prepared>(tl::unexpected(too_many_large_texts()));
        services_.large_texts.run_apart(
            self_,
            [run = shared_from_this(), &method, held, prepared] {
                Turn turn;
                *prepared = method.prepare(run->context(turn), held->object());
            },
            [run = shared_from_this(), &method, &call, prepared](bool) {
                if (run->send(method, call, std::move(*prepared)) == Progress::answered) run->proceed();
            });
        return Progress::waits;
    }
    Progress send(const Method& method, const jmap::Invocation& call, jmap::Expected<CallMethod> prepared) {
        if (!prepared) return refuse(method, call, prepared.error());
        prepared->account = user_.id;
        prepared->name = method.name;
        prepared->call_id = call.call_id;
        prepared->at = seconds_now();
        prepared->quota = quota_of(user_, services_.config);
        self_->request(services_.mailboxes.of(user_.id), caf::infinite, std::move(*prepared))
            .then(
                [run = shared_from_this(), &method, &call](MethodAnswered& answered) {
                    run->response_.append(answered.answers, call.call_id);
                    for (auto& [creation_id, id] : answered.created_ids)
                        run->request_.created_ids.insert_or_assign(creation_id, std::move(id));
                    run->count(method, "ok");
                    run->proceed();
                },
                [run = shared_from_this(), &method, &call](const caf::error& error) {
                    run->refuse(method, call, error_of(to_store(error)));
                    run->proceed();
                });
        return Progress::waits;
    }

    Progress refuse(const Method& method, const jmap::Invocation& call, const jmap::MethodError& error) {
        response_.error(error, call.call_id);
        count(method, "error");
        return Progress::answered;
    }

    void count(const Method& method, std::string_view result) {
        const std::chrono::duration<double> took = Clock::now() - begun_;
        services_.metrics.command(Door::http, method.name, result, took.count());
    }

    caf::event_based_actor* self_;
    const Services& services_;
    store::AccountRow user_;
    jmap::Request request_;
    RunOptions options_;
    std::function<void(std::string)> done_;
    jmap::Response response_;
    std::size_t next_ = 0;
    Clock::time_point begun_;
};

} // namespace

void run_request(caf::event_based_actor* self, const Services& services, const store::AccountRow& user,
                 jmap::Request request, RunOptions options, std::function<void(std::string)> done) {
    std::make_shared<Run>(self, services, user, std::move(request), std::move(options), std::move(done))
        ->proceed();
}

std::uint32_t supported_capabilities() {
    using jmap::bit_of;
    using jmap::Capability;
    return bit_of(Capability::core) | bit_of(Capability::mail) | bit_of(Capability::submission) |
           bit_of(Capability::vacation_response) | bit_of(Capability::websocket) | bit_of(Capability::blob) |
           bit_of(Capability::quota);
}

} // namespace facteur
