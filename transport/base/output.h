// Text that is written in small pieces: an Output keeps a string longer than what has been written, so that a
// piece is one look at what room there is and a copy of its octets.
//
//     Output out(text);
//     out.put("* ");
//     char* at = out.room(20);                 // up to so many octets from here on
//     out.wrote(std::to_chars(at, at + 20, number).ptr);
//     out.trim();                              // `text` is what was written; so it is when `out` ends
//
// While an Output is there, and until `trim`, nobody else touches the string. Thread-safety: belongs to one
// caller.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace facteur {

class Output {
public:
    explicit Output(std::string& text) : text_(text) { resume(); }
    ~Output() { trim(); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - text_.data()); }
    [[nodiscard]] char* room(std::size_t octets) {
        if (static_cast<std::size_t>(end_ - at_) < octets) grow(octets);
        return at_;
    }
    void wrote(char* end) { at_ = end; }
    void put(char c) {
        *room(1) = c;
        ++at_;
    }
    template <std::size_t Size>
    void put(const char (&literal)[Size]) {
        std::memcpy(room(Size - 1), literal, Size - 1);
        at_ += Size - 1;
    }
    void put(std::string_view octets) {
        if (octets.empty()) return;
        std::memcpy(room(octets.size()), octets.data(), octets.size());
        at_ += octets.size();
    }
    // Once more what was written there.
    void repeat(std::size_t from, std::size_t octets) {
        auto* const to = room(octets);
        std::memcpy(to, text_.data() + from, octets);
        at_ += octets;
    }
    // Back to what it was when it had so many octets.
    void cut(std::size_t octets) { at_ = text_.data() + octets; }
    // The string has what was written, no more. One may go on; when others have changed it, by `resume`.
    void trim() {
        if (at_ == end_) return;
        text_.resize(size());
        resume();
    }
    void resume() {
        at_ = end_ = text_.data() + text_.size();
        growth_ = least_growth;
    }

private:
    static constexpr std::size_t least_growth = 128, most_growth = 16u << 10;

    // A page or two at a time are filled with zeros, which are still in the processor's cache when they are
    // written over.
    void grow(std::size_t octets) {
        const auto written = size();
        text_.resize(written + std::max(octets, growth_));
        growth_ = std::min(2 * growth_, most_growth);
        at_ = text_.data() + written;
        end_ = text_.data() + text_.size();
    }

    std::string& text_;
    char* at_ = nullptr;
    char* end_ = nullptr;
    std::size_t growth_ = least_growth;
};

} // namespace facteur
