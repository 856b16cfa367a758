#include "actors/mailfiles/mbox_reader.h"

#include "actors/mailfiles/from_line.h"

namespace facteur::mailfiles {
namespace {

// A line longer than this is taken in pieces; no "From " line is.
constexpr std::size_t longest_line = 64u << 10;

bool is_empty_line(std::string_view line) {
    return line == "\n" || line == "\r\n";
}

// ">", ">>"… and "From ".
bool is_quoted_from(std::string_view line) {
    const auto at = line.find_first_not_of('>');
    return at != std::string_view::npos && line.substr(at).starts_with("From ");
}

void drop_last_empty_line(std::string& bytes) {
    for (const std::string_view end : {"\r\n", "\n"}) {
        if (!bytes.ends_with(end)) continue;
        const auto rest = bytes.size() - end.size();
        if (rest == 0 || bytes[rest - 1] == '\n') bytes.resize(rest);
        return;
    }
}

} // namespace

void MboxReader::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto size = end == std::string_view::npos ? bytes.size() : end + 1;
        const auto piece = bytes.substr(0, size);
        bytes.remove_prefix(size);
        if (end != std::string_view::npos && partial_.empty()) {
            take_line(piece, !continues_);
            continues_ = false;
            continue;
        }
        partial_ += piece;
        if (end == std::string_view::npos && partial_.size() < longest_line) continue;
        take_line(partial_, !continues_);
        partial_.clear();
        continues_ = end == std::string_view::npos;
    }
}

void MboxReader::take_line(std::string_view line, bool from_its_start) {
    if (from_its_start && line.starts_with("From ")) {
        if (const auto from = read_from_line(line); from && (after_empty_ || from->is_mozillas)) {
            end_message();
            message_.emplace();
            message_->received = from->received;
            message_->number = ++count_;
            after_empty_ = false;
            return;
        }
    }
    after_empty_ = from_its_start && is_empty_line(line);
    if (!message_) {
        if (!after_empty_) outside_ += line.size();
        return;
    }
    if (from_its_start && line.starts_with('>') && is_quoted_from(line)) line.remove_prefix(1);
    message_->size += line.size();
    if (message_->size > largest_) {
        message_->too_large = true;
        bytes_.clear();
        return;
    }
    bytes_ += line;
}

void MboxReader::end_message() {
    if (!message_) return;
    if (!message_->too_large) {
        drop_last_empty_line(bytes_);
        auto own = read_own_fields(bytes_);
        bytes_.erase(0, own.size);
        message_->keywords = std::move(own.keywords);
        message_->deleted = own.deleted;
        message_->bytes = std::move(bytes_);
    }
    bytes_.clear();
    each_(std::move(*message_));
    message_.reset();
}

void MboxReader::finish() {
    if (!partial_.empty()) take_line(partial_, !continues_);
    partial_.clear();
    end_message();
}

std::string mbox_quoted(std::string_view message) {
    std::string out;
    out.reserve(message.size() + 2);
    while (!message.empty()) {
        const auto end = message.find('\n');
        const auto line = message.substr(0, end == std::string_view::npos ? message.size() : end + 1);
        if (is_quoted_from(line)) out.push_back('>');
        out += line;
        message.remove_prefix(line.size());
    }
    if (!out.ends_with('\n')) out.push_back('\n');
    out.push_back('\n');
    return out;
}

} // namespace facteur::mailfiles
