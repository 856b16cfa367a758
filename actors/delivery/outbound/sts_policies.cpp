#include "actors/delivery/outbound/sts_policies.h"

#include "actors/log.h"
#include "transport/jmap/value.h"
#include "transport/jmap/writer.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace facteur {
namespace {

using Mode = smtp::StsPolicy::Mode;
constexpr std::uintmax_t largest_file = 64u << 20;

std::string read_whole(const std::string& file) {
    std::error_code error;
    if (const auto size = std::filesystem::file_size(file, error); error || size > largest_file) return {};
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

std::string_view text_at(jmap::Object of, std::string_view name) {
    const auto found = jmap::member(of, name);
    return (found ? jmap::as_string(*found) : std::nullopt).value_or(std::string_view{});
}
std::uint64_t number_at(jmap::Object of, std::string_view name) {
    const auto found = jmap::member(of, name);
    return found ? jmap::as_unsigned(*found).value_or(0) : 0;
}

smtp::StsState read_state(jmap::Object of) {
    smtp::StsState state;
    state.id = text_at(of, "id");
    state.expires = static_cast<std::int64_t>(number_at(of, "expires"));
    smtp::StsPolicy policy;
    const auto mode = text_at(of, "mode");
    policy.mode = mode == "enforce" ? Mode::enforce : mode == "testing" ? Mode::testing : Mode::none;
    policy.max_age = static_cast<std::uint32_t>(number_at(of, "maxAge"));
    const auto hosts = jmap::member(of, "hosts");
    if (const auto list = hosts ? jmap::as_array(*hosts) : std::nullopt)
        for (const jmap::Value host : *list)
            policy.hosts.emplace_back(jmap::as_string(host).value_or(std::string_view{}));
    state.policy = std::move(policy);
    return state;
}

void write_state(const smtp::StsState& state, jmap::Writer& out) {
    const auto& policy = *state.policy;
    out.begin_object().member("id", state.id).member("expires", state.expires);
    out.member("mode", policy.mode == Mode::enforce   ? "enforce"
                       : policy.mode == Mode::testing ? "testing"
                                                      : "none");
    out.member("maxAge", policy.max_age).key("hosts").begin_array();
    for (const auto& host : policy.hosts)
        out.value(host);
    out.end_array().end_object();
}

// The id of the only record there is (RFC 8461 §3.1).
std::optional<std::string> id_in(const dns::Answer& answer) {
    std::vector<std::string> ids;
    for (const auto& record : answer.records)
        if (const auto* text = std::get_if<dns::Text>(&record))
            if (auto id = smtp::parse_sts_record(text->text)) ids.push_back(std::move(*id));
    return ids.size() == 1 ? std::optional(ids.front()) : std::nullopt;
}

} // namespace

StsPolicies::StsPolicies(PolicyServers servers, std::string file, std::function<std::int64_t()> clock)
    : servers_(std::move(servers)), file_(std::move(file)), clock_(std::move(clock)) {
    load();
}

void StsPolicies::find(const std::string& domain, Found found) {
    const auto now = clock_();
    const auto known = states_.find(domain);
    const bool asks =
        known == states_.end() || known->second.wants_record(now) || known->second.wants_policy(now);
    const auto* policy = known == states_.end() ? nullptr : known->second.in_force(now);
    if (policy != nullptr || !asks) found(policy != nullptr ? std::optional(*policy) : std::nullopt);
    if (!asks) return;
    const auto [waiting, is_first] = asking_.try_emplace(domain);
    if (policy == nullptr) waiting->second.push_back(std::move(found));
    if (!is_first) return;
    if (known != states_.end() && !known->second.wants_record(now)) return refresh(domain);
    servers_.resolver->ask(
        smtp::sts_record_name(domain), dns::Type::txt,
        [me = shared_from_this(), domain](const dns::Answer& said) { me->record_came(domain, said); });
}

void StsPolicies::record_came(const std::string& domain, const dns::Answer& said) {
    if (said.is_temporary()) return answer(domain);
    states_[domain].record_came(id_in(said), said.ttl, clock_());
    refresh(domain);
}

void StsPolicies::refresh(const std::string& domain) {
    if (!states_[domain].wants_policy(clock_())) return answer(domain);
    fetch_policy(servers_, domain, [me = shared_from_this(), domain](const Result<smtp::StsPolicy>& policy) {
        if (!policy)
            log(Severity::warn, "an MTA-STS policy cannot be fetched",
                {{"domain", domain}, {"why", policy.error().message}});
        me->states_[domain].policy_came(policy, me->clock_());
        if (policy) me->save();
        me->answer(domain);
    });
}

void StsPolicies::answer(const std::string& domain) {
    std::optional<smtp::StsPolicy> in_force;
    if (const auto known = states_.find(domain); known != states_.end()) {
        if (const auto* policy = known->second.in_force(clock_())) in_force = *policy;
        // Nothing is announced and nothing holds: the resolver remembers that.
        if (!in_force && known->second.wanted_id.empty()) states_.erase(known);
    }
    make_room();
    auto waiting = asking_.extract(domain);
    if (waiting.empty()) return;
    for (const auto& found : waiting.mapped())
        found(in_force);
}

void StsPolicies::make_room() {
    while (states_.size() > most_policies) {
        const auto first = std::min_element(states_.begin(), states_.end(), [](const auto& a, const auto& b) {
            return a.second.expires < b.second.expires;
        });
        states_.erase(first);
    }
}

void StsPolicies::load() {
    const auto text = read_whole(file_);
    const auto document = jmap::Document::parse(text);
    const auto domains = document ? jmap::as_object(document->root()) : std::nullopt;
    if (!domains) return;
    for (const auto [domain, value] : *domains)
        if (const auto state = jmap::as_object(value)) states_[std::string(domain)] = read_state(*state);
    make_room();
}

void StsPolicies::save() const {
    std::string json;
    jmap::Writer out(json);
    out.begin_object();
    for (const auto& [domain, state] : states_)
        if (state.policy) write_state(state, out.key(domain));
    out.end_object();
    const auto fresh = file_ + ".new";
    {
        std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
        if (!(file << json).flush()) {
            log(Severity::warn, "MTA-STS policies cannot be kept", {{"file", file_}});
            return;
        }
    }
    if (std::rename(fresh.c_str(), file_.c_str()) != 0)
        log(Severity::warn, "MTA-STS policies cannot be kept", {{"file", file_}});
}

} // namespace facteur
