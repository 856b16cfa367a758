// Random answers of servers, cut in two at any place: both ways give the same, and limits hold.
#include "transport/http/response_reader.h"

#include <cstdlib>

using namespace facteur::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto cut = text.substr(0, data[0] % (text.size() + 1)).size();
    const ResponseLimits limits{4096, 10, 1024};
    ResponseReader whole(limits), cut_in_two(limits);
    whole.feed(text);
    cut_in_two.feed(text.substr(0, cut));
    cut_in_two.feed(text.substr(cut));
    whole.closed();
    cut_in_two.closed();
    if (whole.state() == ResponseReader::State::reading) std::abort();
    if (whole.state() != cut_in_two.state() || whole.response().body != cut_in_two.response().body)
        std::abort();
    if (whole.response().body.size() > limits.body) std::abort();
    return 0;
}
