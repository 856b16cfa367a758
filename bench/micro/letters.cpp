#include "bench/micro/letters.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace facteur::micro {

Letters::Letters() {
    constexpr std::array<std::string_view, 14> syllables{"con",  "seil", "cla", "el", "lève", "ré",  "u",
                                                         "nion", "ma",   "ti",  "on", "par",  "ent", "vou"};
    for (std::size_t i = 0; i < 60'000; ++i) {
        std::string word;
        for (auto n = 1 + random_() % 5; n > 0; --n)
            word += syllables[random_() % syllables.size()];
        words_.push_back(std::move(word));
    }
}

const std::string& Letters::word() {
    // The inverse of Zipf's distribution, roughly: rank = size ^ u.
    const double u = std::uniform_real_distribution<>(0, 1)(random_);
    return words_[static_cast<std::size_t>(std::pow(static_cast<double>(words_.size()), u)) - 1];
}

std::string Letters::text(std::size_t words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i)
        text.append(word()).append(i % 12 == 11 ? "\r\n" : " ");
    return text;
}

std::string Letters::letter(std::size_t number) {
    const auto name = number % 500 == 7 ? std::string("Clementine Dubois-Rare") : word() + " " + word();
    const auto thread = number / 3;
    return fmt::format("From: {} <p{}@academie.test>\r\nTo: {} <p{}@academie.test>\r\nSubject: {}{} {}\r\n"
                       "Date: Tue, 14 Nov 2023 22:13:20 +0100\r\nMessage-ID: <{}@academie.test>\r\n"
                       "References: <t{}@academie.test>\r\n"
                       "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                       "Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour,\r\n{}{}{}\r\n--b\r\n"
                       "Content-Type: text/html; charset=utf-8\r\n\r\n<p>{}</p>\r\n--b--\r\n",
                       name, number % 97, word(), number % 89, number % 3 > 0 ? "Re: " : "", word(), thread,
                       number, thread, text(40 + random_() % 200), number % 1000 == 11 ? "xylophone" : "",
                       number % 50 == 0 ? " conseil-de-discipline" : "", text(20));
}

} // namespace facteur::micro
