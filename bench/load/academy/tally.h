// What became of every action, by its kind.
#pragma once

#include "bench/load/client.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>

namespace facteur::load::academy {

// A person waits for it on her screen: these together must stay within the limit.
enum class Waits { nobody, person };

struct Kind {
    std::string_view name;
    Waits waits = Waits::person;
};

class Tally {
public:
    // `due`: the moment at which it should have begun, so that whatever delayed it counts.
    void done(const Kind& kind, double due);
    void failed(const Kind& kind, const std::string& why);
    [[nodiscard]] nlohmann::ordered_json told();

private:
    struct Row {
        Latencies latencies;
        std::size_t errors = 0;
        Waits waits = Waits::person;
    };
    std::map<std::string_view, Row> rows_;
    std::map<std::string, std::size_t> reasons_;
    Latencies interactive_;
};

namespace kinds {
inline constexpr Kind sign_in{"web: sign in"}, first_list{"web: sign in to first list"}, list{"web: list"},
    open{"web: open"}, search{"web: search"}, attachment{"web: load an attachment"}, send{"web: send"},
    send_file{"web: send with an attachment"}, sign_out{"web: sign out"},
    web_push{"web: push", Waits::nobody};
inline constexpr Kind login{"imap: log in"}, select{"imap: SELECT"}, sync{"imap: sync"},
    body{"imap: read a message"}, flag{"imap: mark as read"}, imap_push{"imap: push", Waits::nobody};
inline constexpr Kind incoming{"smtp: incoming", Waits::nobody},
    report_card{"smtp: report card", Waits::nobody}, circular{"circular: accepted", Waits::nobody},
    circular_filed{"circular: filed for everybody", Waits::nobody};
} // namespace kinds

} // namespace facteur::load::academy
