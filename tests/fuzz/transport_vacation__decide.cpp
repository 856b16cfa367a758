// Random headers: an answer to any of them can be written, and is itself never answered.
#include "transport/vacation/vacation.h"

#include <cstdlib>

using namespace facteur;
using namespace facteur::vacation;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view header(reinterpret_cast<const char*>(data), size);
    static const Owner anne{"Anne", {"anne@a.test"}, "fr"}, bob{"", {"bob@b.test"}, "en"};
    static const Vacation away{true, {}, {}, {}, "Away", {}};
    const smtp::Mailbox from_bob{"bob", "b.test"};
    if (decide(away, anne, header, from_bob, 0) != Verdict::answer) return 0;
    Answer answer;
    answer.vacation = &away;
    answer.owner = &anne;
    answer.header = header;
    answer.to = from_bob;
    answer.domain = "a.test";
    answer.random = [] { return 7; };
    const auto written = write_answer(answer);
    if (!written) std::abort();
    if (decide(away, bob, mime::header_of(*written), smtp::Mailbox{"anne", "a.test"}, 0) !=
        Verdict::automatic)
        std::abort();
    return 0;
}
