#include "transport/imap/command_reader.h"

#include "transport/imap/parse.h"

#include <algorithm>
#include <utility>

namespace facteur::imap {
namespace {

constexpr std::size_t literal_minus_octets = 4096; // RFC 7888 §5
constexpr std::size_t longest_header = 32; // of a literal that can be skipped: "~{9223372036854775807+}"

std::string_view without_line_end(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool has_control(std::string_view line) {
    return line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos;
}

} // namespace

// ---- input ----

std::string_view CommandReader::input() const {
    return kept_.empty() ? fed_ : std::string_view(kept_).substr(kept_used_);
}

void CommandReader::consume(std::size_t octets) {
    if (mode_ == Mode::closed) return; // dropped
    scanned_ -= std::min(scanned_, octets);
    if (kept_.empty())
        fed_.remove_prefix(octets);
    else
        kept_used_ += octets;
}

void CommandReader::keep_rest() {
    if (!fed_.empty()) {
        kept_.assign(fed_);
        kept_used_ = 0;
        fed_ = {};
    } else if (kept_used_ == kept_.size()) {
        if (kept_.capacity() > 4096) // an idle connection keeps no buffer
            std::string().swap(kept_);
        else
            kept_.clear();
        kept_used_ = 0;
    } else if (kept_used_ > kept_.size() / 2) {
        kept_.erase(0, kept_used_);
        kept_used_ = 0;
    }
}

void CommandReader::drop_input() {
    fed_ = {};
    kept_.clear();
    kept_used_ = scanned_ = 0;
}

void CommandReader::feed(std::string_view bytes) {
    if (mode_ == Mode::closed) return;
    keep_rest();
    if (kept_.empty())
        fed_ = bytes;
    else
        kept_.append(bytes);
}

bool CommandReader::wants_input() const {
    return mode_ != Mode::closed && kept_.size() - kept_used_ < options_.limits.pipelined_octets;
}

void CommandReader::update_grammar() {
    grammar_.limits = options_.limits;
    grammar_.utf8 = utf8_;
}

std::size_t CommandReader::text_limit() const {
    const auto& limits = options_.limits;
    return authenticated_ ? limits.command_octets : std::min(limits.early_octets, limits.command_octets);
}

std::size_t CommandReader::literal_limit() const {
    const auto& limits = options_.limits;
    return authenticated_ ? limits.literal_octets : std::min(limits.early_octets, limits.literal_octets);
}

std::optional<ReadEvent> CommandReader::next() {
    while (true) {
        if (!queued_.empty()) {
            auto event = std::move(queued_.front());
            queued_.pop_front();
            return event;
        }
        if (mode_ == Mode::closed || mode_ == Mode::data_waits) break;
        // A literal that is over needs no input to end.
        const bool ends =
            left_ == 0 && (mode_ == Mode::literal || mode_ == Mode::data || mode_ == Mode::skip_literal);
        if (input().empty() && !ends) break;
        const auto before = input().size();
        const auto mode = mode_;
        if (auto event = step()) return event;
        if (input().size() == before && mode_ == mode && queued_.empty()) break;
    }
    keep_rest();
    return std::nullopt;
}

std::optional<ReadEvent> CommandReader::step() {
    switch (mode_) {
    case Mode::line: return take_line();
    case Mode::raw_line: return take_raw_line();
    case Mode::literal: return take_literal();
    case Mode::data: return take_data();
    case Mode::skip_literal: return skip_literal();
    case Mode::skip_line: return skip_line();
    default: return std::nullopt;
    }
}

// ---- lines ----

std::optional<ReadEvent> CommandReader::take_line() {
    const auto bytes = input();
    const auto line_end = bytes.find('\n', scanned_);
    const auto before = text_.size() + used_octets_ - literal_octets_;
    const auto line_octets = line_end == std::string_view::npos ? bytes.size() : line_end;
    if (before + line_octets > text_limit()) {
        rejection_ = too_big("The command is too long", bytes.substr(0, text_limit()));
        std::string().swap(text_);
        mode_ = Mode::skip_line;
        return std::nullopt;
    }
    if (line_end == std::string_view::npos) {
        scanned_ = bytes.size();
        return std::nullopt;
    }
    const auto line = bytes.substr(0, line_end);
    auto event = whole_line(line); // before it is consumed: it lies in the input
    consume(line_end + 1);
    return event;
}

// A line of a command: its end, or text before a literal.
std::optional<ReadEvent> CommandReader::whole_line(std::string_view raw) {
    const auto line = without_line_end(raw);
    const auto header = literal_at_end(line);
    if (has_control(line)) return refuse(bad("A command has a NUL or a bare CR", line), header);
    if (!append_ && text_.empty() && AppendParser::begins(line)) {
        append_.emplace();
        append_tag_ = tag_of(line);
    }
    if (append_) return append_line(line, header);
    if (!header) {
        if (text_.empty()) return end_of_command(line);
        text_.append(line);
        return end_of_command(text_);
    }
    text_.append(line).append("\r\n");
    return literal_begins(*header);
}

std::optional<ReadEvent> CommandReader::end_of_command(std::string_view text) {
    auto parsed = parse_command(text, grammar_);
    end_command();
    if (auto* error = std::get_if<ParseError>(&parsed))
        return CommandRejected{std::move(error->tag), true, "", std::move(error->message), false};
    auto& command = std::get<ParsedCommand>(parsed);
    return CommandRead{std::move(command.tag), std::move(command.command)};
}

std::optional<ReadEvent> CommandReader::take_raw_line() {
    const auto bytes = input();
    const auto line_end = bytes.find('\n', scanned_);
    if (line_end == std::string_view::npos && bytes.size() <= options_.limits.auth_octets) {
        scanned_ = bytes.size();
        return std::nullopt;
    }
    if (line_end == std::string_view::npos || line_end > options_.limits.auth_octets) {
        rejection_ = CommandRejected{"", true, "", "The line is too long", false};
        mode_ = Mode::skip_line;
        return std::nullopt;
    }
    mode_ = Mode::line;
    // Its view must outlive `consume`, which moves nothing; `next` is what moves.
    const auto line = without_line_end(bytes.substr(0, line_end));
    consume(line_end + 1);
    return LineRead{line};
}

// ---- literals ----

// One that is kept; text_ ends in its header.
std::optional<ReadEvent> CommandReader::literal_begins(const LiteralHeader& header) {
    if (header.overflow || header.octets > literal_limit() - std::min(literal_limit(), literal_octets_))
        return refuse(too_big("A literal is too large"), header);
    if (!options_.literal_plus && !header.synchronising && header.octets > literal_minus_octets)
        return refuse(bad("A non-synchronising literal is larger than 4096 octets"), header);
    left_ = header.octets;
    literal_octets_ += static_cast<std::size_t>(header.octets);
    mode_ = Mode::literal;
    if (header.synchronising) return NeedContinuation{};
    return std::nullopt;
}

std::optional<ReadEvent> CommandReader::take_literal() {
    const auto bytes = input();
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    text_.append(bytes.substr(0, taken));
    consume(taken);
    left_ -= taken;
    if (left_ == 0) mode_ = Mode::line;
    return std::nullopt;
}

// ---- APPEND ----

std::optional<ReadEvent> CommandReader::append_line(std::string_view line,
                                                    const std::optional<LiteralHeader>& header) {
    text_.append(line);
    if (header) text_.append("\r\n");
    auto taken = append_->take(text_, grammar_, header.has_value());
    const bool over = taken.items.size() > 0 && std::holds_alternative<AppendEnded>(taken.items.back());
    for (auto& item : taken.items)
        std::visit([&](auto& value) { queued_.emplace_back(std::move(value)); }, item);
    if (!taken.error.empty()) {
        if (auto event = refuse(bad(taken.error), header)) queued_.push_back(std::move(*event));
        return std::nullopt;
    }
    text_.erase(0, taken.used);
    used_octets_ += taken.used;
    if (over) {
        end_command();
        return std::nullopt;
    }
    if (!taken.data) {
        if (auto event = literal_begins(*header)) queued_.push_back(std::move(*event));
        return std::nullopt;
    }
    return data_begins(*header);
}

// A message, or a part of one; its AppendData is the last that is queued.
std::optional<ReadEvent> CommandReader::data_begins(const LiteralHeader& header) {
    used_octets_ = literal_octets_ = 0; // the limits count anew after it
    header_ = header;
    const auto& limits = options_.limits;
    std::optional<CommandRejected> why;
    if (header.overflow || header.octets > limits.message_octets ||
        header.octets > limits.append_octets - std::min(limits.append_octets, append_octets_)) {
        why = too_big("The message is too large");
        why->bad = false;
    } else if (!options_.literal_plus && !header.synchronising && header.octets > literal_minus_octets) {
        why = bad("A non-synchronising literal is larger than 4096 octets");
    }
    if (why) {
        queued_.pop_back();
        if (auto event = refuse(std::move(*why), header)) queued_.push_back(std::move(*event));
        return std::nullopt;
    }
    append_octets_ += header.octets;
    mode_ = Mode::data_waits;
    return std::nullopt;
}

void CommandReader::accept_data() {
    if (mode_ != Mode::data_waits || !queued_.empty()) return;
    left_ = header_->octets;
    mode_ = Mode::data;
    if (header_->synchronising) queued_.emplace_back(NeedContinuation{});
}

std::optional<ReadEvent> CommandReader::take_data() {
    if (left_ == 0) {
        mode_ = Mode::line;
        return std::nullopt;
    }
    const auto bytes = input();
    const auto taken =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    consume(taken.size());
    left_ -= taken.size();
    if (!header_->literal8 && taken.find('\0') != std::string_view::npos) {
        reject(bad("A literal has a NUL"));
        return std::nullopt;
    }
    return AppendChunk{taken};
}

void CommandReader::reject(CommandRejected why) {
    if (!append_ || rejection_) return;
    why.tag = append_tag_;
    const bool client_waits = mode_ == Mode::data_waits
                                  ? header_->synchronising
                                  : std::any_of(queued_.begin(), queued_.end(), [](const ReadEvent& event) {
                                        return std::holds_alternative<NeedContinuation>(event);
                                    });
    if (mode_ == Mode::data_waits) left_ = header_->octets;
    queued_.clear();
    std::string().swap(text_);
    rejection_ = std::move(why);
    if (client_waits) {
        queued_.push_back(*give_rejection(false));
    } else if (left_ == 0) {
        mode_ = Mode::skip_line;
    } else if (auto event = skip_on(LiteralHeader{.octets = left_, .synchronising = false})) {
        queued_.push_back(std::move(*event));
    }
}

// ---- errors ----

std::string CommandReader::current_tag(std::string_view line) const {
    if (!append_tag_.empty()) return append_tag_;
    return std::string(tag_of(text_.empty() ? line : text_));
}

CommandRejected CommandReader::bad(std::string_view text, std::string_view line) const {
    return {current_tag(line), true, "", std::string(text), false};
}

CommandRejected CommandReader::too_big(std::string_view text, std::string_view line) const {
    return {current_tag(line), true, "TOOBIG", std::string(text), false};
}

// The line under way, which ends in this literal's header or ends the command, is the last that was read.
std::optional<ReadEvent> CommandReader::refuse(CommandRejected why,
                                               const std::optional<LiteralHeader>& header) {
    rejection_ = std::move(why);
    std::string().swap(text_);
    return skip_on(header);
}

std::optional<ReadEvent> CommandReader::skip_on(const std::optional<LiteralHeader>& header) {
    if (!header || header->synchronising) return give_rejection(false);
    const auto most = options_.limits.skipped_octets;
    if (header->overflow || header->octets > most - std::min(most, skipped_)) return give_rejection(true);
    left_ = header->octets;
    mode_ = Mode::skip_literal;
    return std::nullopt;
}

std::optional<ReadEvent> CommandReader::skip_literal() {
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input().size()));
    consume(taken);
    left_ -= taken;
    skipped_ += taken;
    if (left_ == 0) {
        mode_ = Mode::skip_line;
        tail_.clear();
    }
    return std::nullopt;
}

std::optional<ReadEvent> CommandReader::skip_line() {
    const auto bytes = input();
    const auto line_end = bytes.find('\n');
    const auto piece = bytes.substr(0, line_end);
    tail_.append(piece.substr(piece.size() - std::min(piece.size(), longest_header)));
    if (tail_.size() > longest_header) tail_.erase(0, tail_.size() - longest_header);
    const auto octets = line_end == std::string_view::npos ? bytes.size() : line_end + 1;
    consume(octets);
    skipped_ += octets;
    if (skipped_ > options_.limits.skipped_octets) return give_rejection(true);
    if (line_end == std::string_view::npos) return std::nullopt;
    const auto header = literal_at_end(without_line_end(tail_));
    tail_.clear();
    return skip_on(header);
}

std::optional<ReadEvent> CommandReader::give_rejection(bool fatal) {
    auto why = std::move(*rejection_);
    end_command();
    if (fatal) {
        why.fatal = true;
        drop_input();
        mode_ = Mode::closed;
    }
    return why;
}

void CommandReader::end_command() {
    mode_ = Mode::line;
    if (text_.capacity() > 4096)
        std::string().swap(text_);
    else
        text_.clear();
    literal_octets_ = used_octets_ = 0;
    left_ = append_octets_ = skipped_ = 0;
    header_.reset();
    append_.reset();
    append_tag_.clear();
    rejection_.reset();
    tail_.clear();
}

} // namespace facteur::imap
