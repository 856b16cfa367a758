#include "actors/collectors.h"

#include "actors/accounts/authenticator.h"
#include "actors/clock.h"
#include "actors/delivery/queue.h"
#include "actors/indexing/indexing.h"
#include "actors/mailbox/large_texts.h"
#include "actors/mailbox/mailbox_actor.h"
#include "actors/process.h"
#include "actors/searching/searches.h"
#include "store/store.h"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <fmt/format.h>

namespace facteur {
namespace {

void lanes(Metrics& to, const store::Store& store) {
    const auto all = store.statistics();
    for (std::size_t n = 0; n < all.size(); ++n) {
        const auto& lane = all[n];
        const auto name = n + 1 == all.size() ? std::string("directory") : std::to_string(n);
        const auto set = [&](std::string_view gauge, std::string_view help, double value) {
            to.set(gauge, help, "lane", name, value);
        };
        set("facteur_lane_commits", "Commits on disk since the start.", static_cast<double>(lane.commits));
        set("facteur_lane_batches", "Transactions that they shared.", static_cast<double>(lane.batches));
        set("facteur_lane_sync_seconds", "Time spent waiting for the disk since the start.",
            lane.sync_seconds);
        set("facteur_lane_apply_seconds", "Time spent on plans and rows since the start.",
            lane.apply_seconds);
        set("facteur_lane_waiting", "Writes that wait.", static_cast<double>(lane.waiting));
        set("facteur_lane_waiting_bytes", "Octets of them.", static_cast<double>(lane.waiting_bytes));
    }
}

// Over all lanes, as the cumulative counts of a histogram.
void lane_histograms(Metrics& to, const store::Store& store) {
    std::vector<std::uint64_t> sizes, syncs;
    const auto add = [](std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& counts) {
        sum.resize(std::max(sum.size(), counts.size()));
        for (std::size_t n = 0; n < counts.size(); ++n)
            sum[n] += counts[n];
    };
    for (const auto& lane : store.statistics()) {
        add(sizes, lane.batch_size);
        add(syncs, lane.sync_latency);
    }
    std::uint64_t count = 0;
    for (std::size_t n = 0; n < sizes.size(); ++n)
        to.set("facteur_lane_batch_commits", "Batches of at most so many commits.", "le",
               std::to_string(std::uint64_t{1} << n), static_cast<double>(count += sizes[n]));
    count = 0;
    double bound = 0.00025;
    for (const auto latency : syncs) {
        to.set("facteur_lane_sync_latency", "Syncs that took at most so many seconds.", "le",
               fmt::format("{}", bound), static_cast<double>(count += latency));
        bound *= 2;
    }
}

void damages(Metrics& to, const store::Store& store) {
    to.set("facteur_store_damages", "Damaged entries and shards met since the start: any is an alarm.", "",
           "", static_cast<double>(store.damages().size()));
}

void search(Metrics& to, const Indexing& indexing) {
    std::uint64_t behind = 0, documents = 0, octets = 0, rebuilds = 0, failing = 0;
    for (const auto& shard : indexing.statistics()) {
        behind += shard.last - std::min(shard.last, shard.indexed);
        documents += shard.documents;
        octets += shard.octets;
        rebuilds += shard.rebuilds;
        failing += shard.error.empty() ? 0 : 1;
    }
    const auto set = [&](std::string_view gauge, std::string_view help, std::uint64_t value) {
        to.set(gauge, help, "", "", static_cast<double>(value));
    };
    set("facteur_search_commits_behind", "Commits that the search index does not hold yet.", behind);
    set("facteur_search_documents", "Emails in the search index.", documents);
    set("facteur_search_bytes", "Octets of the search index in use.", octets);
    set("facteur_search_rebuilds", "Times that an index was made anew since the start.", rebuilds);
    set("facteur_search_shards_failing", "Shards whose last batch failed.", failing);
}

void searches(Metrics& to, const Searches& searches) {
    const auto of = searches.statistics();
    const auto set = [&](std::string_view gauge, std::string_view help, std::uint64_t value) {
        to.set(gauge, help, "", "", static_cast<double>(value));
    };
    set("facteur_long_searches_waiting", "Searches that wait to begin on a search thread.", of.waiting);
    set("facteur_long_searches_under_way", "Searches that have begun there.", of.under_way);
    set("facteur_long_searches_bytes", "Octets that they hold.", of.octets);
    const auto count = [&](std::string_view how, std::uint64_t value) {
        to.set("facteur_long_searches", "Searches on search threads since the start.", "how", how,
               static_cast<double>(value));
    };
    count("begun", of.begun);
    count("refused", of.refused);
    count("gone", of.gone);
    count("superseded", of.superseded);
    count("too_long", of.too_long);
    count("too_large", of.too_large);
}

void large_texts(Metrics& to, const LargeTexts& texts) {
    const auto of = texts.statistics();
    to.set("facteur_large_texts_waiting", "Large messages that wait to be taken apart or put together.", "",
           "", static_cast<double>(of.waiting));
    const auto count = [&](std::string_view how, std::uint64_t value) {
        to.set("facteur_large_texts", "Large messages on threads of their own since the start.", "how", how,
               static_cast<double>(value));
    };
    count("done", of.done);
    count("refused", of.refused);
}

// What waits elsewhere than in memory is counted over the whole queue: keys only, a million in a second.
void queue(Metrics& to, const Services& services) {
    std::uint64_t entries = 0;
    std::optional<store::Time> oldest;
    for (store::ShardId shard = 0; shard < services.store.shards(); ++shard) {
        const auto now = services.store.read_shard(shard);
        now.queue(std::numeric_limits<store::Time>::max(), [&](auto, auto, auto, auto) {
            ++entries;
            return true;
        });
        if (const auto due = now.next_due(); due && (!oldest || *due < *oldest)) oldest = due;
    }
    const auto set = [&](std::string_view gauge, std::string_view help, std::uint64_t value) {
        to.set(gauge, help, "", "", static_cast<double>(value));
    };
    const auto of = services.queue.statistics();
    set("facteur_queue_entries",
        "Messages and destinations that wait, also those that are scheduled or on hold.", entries);
    const auto late = oldest ? std::max<store::Time>(0, seconds_now() - *oldest) : 0;
    set("facteur_queue_late_seconds", "How long the entry that is due longest has been due.",
        static_cast<std::uint64_t>(late));
    set("facteur_outbound_waiting", "Entries in memory that wait for a connection.", of.waiting);
    set("facteur_outbound_connections", "Connections to other servers.", of.connections);
    set("facteur_outbound_dialled", "Times that a destination was tried since the start.", of.dialled);
    set("facteur_outbound_not_reached", "Times that none of its servers could be reached.", of.not_reached);
    const auto count = [&](std::string_view how, std::uint64_t value) {
        to.set("facteur_outbound_recipients",
               "Recipients elsewhere, by what came of each attempt, since the start.", "how", how,
               static_cast<double>(value));
    };
    count("sent", of.sent);
    count("deferred", of.deferred);
    count("refused", of.refused);
}

void sign_ins(Metrics& to, const Authenticator& authenticator) {
    const auto of = authenticator.statistics();
    const auto set = [&](std::string_view result, std::uint64_t value) {
        to.set("facteur_sign_ins", "Passwords judged since the start.", "how", result,
               static_cast<double>(value));
    };
    set("hashed", of.hashed);
    set("recognised", of.recognised);
    set("failed", of.failed);
    set("held_up", of.held_up);
    to.set("facteur_sign_ins_waiting", "Sign-ins that wait for a hashing thread.", "", "",
           static_cast<double>(of.waiting));
}

void process(Metrics& to) {
    const auto of = process_statistics();
    to.set("process_resident_memory_bytes", "Resident memory.", "", "",
           static_cast<double>(of.resident_octets + of.mapped_file_octets));
    to.set("facteur_memory_own_bytes", "Resident memory without the mapped pages of the store.", "", "",
           static_cast<double>(of.resident_octets));
    to.set("process_open_fds", "Open files.", "", "", static_cast<double>(of.open_files));
    to.set("process_max_fds", "Files that may be open.", "", "", static_cast<double>(of.most_open_files));
    to.set("process_cpu_seconds_total", "Processor time.", "", "", of.cpu_seconds);
}

} // namespace

void collect_on_scrape(Metrics& metrics, const Services& services, caf::actor_system& system) {
    metrics.on_scrape([&services, &system](Metrics& to) {
        lanes(to, services.store);
        lane_histograms(to, services.store);
        damages(to, services.store);
        search(to, services.indexing);
        searches(to, services.searches);
        large_texts(to, services.large_texts);
        queue(to, services);
        sign_ins(to, services.authenticator);
        to.set("facteur_mailbox_actors", "Accounts in use.", "", "",
               static_cast<double>(services.mailboxes.active()));
        to.set("facteur_actors", "Actors alive.", "", "", static_cast<double>(system.registry().running()));
        process(to);
    });
}

} // namespace facteur
