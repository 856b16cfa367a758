#include "transport/jmap/response.h"

#include "transport/jmap/pointer.h"

#include <span>

namespace facteur::jmap {
namespace {

constexpr std::string_view opening = "{\"methodResponses\":[";

// The arguments of that answer.
std::optional<Value> answer_named(Array answers, std::string_view name, std::string_view call_id) {
    for (const Value item : answers) {
        const auto answer = as_array(item);
        if (!answer || answer->size() != 3) continue;
        auto field = answer->begin();
        const auto answer_name = as_string(*field);
        const Value arguments = *++field;
        const auto answer_id = as_string(*++field);
        if (answer_id == call_id && answer_name == name) return arguments;
    }
    return std::nullopt;
}

struct Reference {
    std::string_view result_of, name, path;
};
std::optional<Reference> reference_of(Value value) {
    const auto object = as_object(value);
    if (!object || member_count(*object) != 3) return std::nullopt;
    const auto text = [&](std::string_view name) {
        const auto found = member(*object, name);
        return found ? as_string(*found) : std::nullopt;
    };
    const auto result_of = text("resultOf"), name = text("name"), path = text("path");
    if (!result_of || !name || !path) return std::nullopt;
    return Reference{*result_of, *name, *path};
}

auto leads_nowhere() {
    return method_error("invalidResultReference", "A result reference leads nowhere.");
}

Expected<std::string> look_up(const Reference& reference, Response& so_far, const Limits& limits) {
    const auto answers = so_far.refer_to(reference.result_of, limits.max_referenced);
    if (!answers) return method_error("requestTooLarge", "The result references read too much.");
    // The answers add four levels to what the longest request may have.
    const auto document =
        Document::parse("[" + *answers + "]", static_cast<std::uint16_t>(limits.max_depth + 100));
    if (!document) return leads_nowhere();
    const auto answer = answer_named(*as_array(document->root()), reference.name, reference.result_of);
    if (!answer) return leads_nowhere();
    auto found = evaluate_pointer(*answer, reference.path, limits.max_query_limit);
    if (!found) return leads_nowhere();
    return std::move(*found);
}

std::size_t count_references(Object arguments) {
    std::size_t count = 0;
    for (const auto [name, value] : arguments)
        if (!name.empty() && name.front() == '#') ++count;
    return count;
}

// Appends what the pointer's rest names; inside a `*`, arrays are flattened into the list that is open.
bool gather(Value value, std::span<const std::string> rest, bool flatten, Writer& out, std::size_t& left) {
    if (rest.empty()) {
        const auto array = flatten ? as_array(value) : std::nullopt;
        if (!array) {
            if (flatten && left-- == 0) return false;
            out.value(value);
            return true;
        }
        for (const Value item : *array) {
            if (left-- == 0) return false;
            out.value(item);
        }
        return true;
    }
    if (const auto array = as_array(value)) {
        if (rest.front() != "*") {
            const auto index = array_index(rest.front());
            Value item;
            return index && array->at(*index).get(item) == simdjson::SUCCESS &&
                   gather(item, rest.subspan(1), flatten, out, left);
        }
        if (!flatten) out.begin_array();
        for (const Value item : *array)
            if (!gather(item, rest.subspan(1), true, out, left)) return false;
        if (!flatten) out.end_array();
        return true;
    }
    const auto object = as_object(value);
    const auto found = object ? member(*object, rest.front()) : std::nullopt;
    return found && gather(*found, rest.subspan(1), flatten, out, left);
}

} // namespace

std::optional<std::string> evaluate_pointer(Value value, std::string_view pointer, std::size_t max_items) {
    const auto segments = split_pointer(pointer);
    if (!segments) return std::nullopt;
    std::string json;
    Writer out(json);
    if (!gather(value, *segments, false, out, max_items)) return std::nullopt;
    return json;
}

Expected<ResolvedArguments> resolve(const Invocation& call, Response& so_far, const Limits& limits) {
    const auto references = count_references(call.arguments);
    if (references == 0) return ResolvedArguments(call.arguments);
    if (references > limits.max_references)
        return method_error("requestTooLarge", "The call has too many result references.");
    std::string json;
    Writer out(json);
    out.begin_object();
    for (const auto [name, value] : call.arguments) {
        if (name.empty() || name.front() != '#') {
            out.key(name).value(Value(value));
            continue;
        }
        const auto plain = name.substr(1);
        if (member(call.arguments, plain))
            return invalid_arguments("An argument is given both by value and by reference.");
        const auto reference = reference_of(value);
        if (!reference) return invalid_arguments("A result reference has not the form of one.");
        const auto found = look_up(*reference, so_far, limits);
        if (!found) return tl::unexpected(found.error());
        out.key(plain).raw(*found);
    }
    out.end_object();
    auto document = Document::parse(json, static_cast<std::uint16_t>(limits.max_depth + 100));
    if (!document) return method_error("invalidResultReference", document.error().message);
    return ResolvedArguments(std::move(*document));
}

Response::Response() {
    out_.reserve(4096);
    out_ = opening;
}

void Response::open_frame(std::string_view request_id) {
    out_.clear();
    Writer frame(out_);
    frame.begin_object().member("@type", "Response");
    if (!request_id.empty()) frame.member("requestId", request_id);
    frame.key("methodResponses").begin_array();
}

void Response::separate() {
    if (!first_) out_.push_back(',');
    first_ = false;
}

Writer& Response::begin(std::string_view name, std::string_view call_id) {
    separate();
    open_call_id_ = call_id;
    open_from_ = out_.size();
    return writer_.emplace(out_).begin_array().value(name);
}

void Response::end() {
    writer_->value(open_call_id_).end_array();
    chunks_.push_back({open_call_id_, open_from_, out_.size()});
}

void Response::undo() {
    first_ = chunks_.empty();
    out_.resize(open_from_ - (first_ ? 0 : 1));
}

void Response::error(const MethodError& error, std::string_view call_id) {
    write(error, begin("error", call_id));
    end();
}

void Response::append(std::string_view invocations, std::string_view call_id) {
    if (invocations.empty()) return;
    separate();
    const auto from = out_.size();
    out_.append(invocations);
    chunks_.push_back({std::string(call_id), from, out_.size()});
}

std::optional<std::string> Response::refer_to(std::string_view call_id, std::uint64_t most) {
    std::string answers;
    for (const auto& chunk : chunks_) {
        if (chunk.call_id != call_id) continue;
        const auto size = chunk.end - chunk.begin;
        if (size > most - referenced_) return std::nullopt;
        referenced_ += size;
        if (!answers.empty()) answers.push_back(',');
        answers.append(out_, chunk.begin, size);
    }
    return answers;
}

std::string Response::finish(const CreatedIds* created_ids, std::string_view session_state) && {
    out_.push_back(']');
    if (created_ids != nullptr) {
        out_.append(",\"createdIds\":");
        Writer ids(out_);
        ids.begin_object();
        for (const auto& [creation_id, id] : *created_ids)
            ids.member(creation_id, id);
        ids.end_object();
    }
    out_.append(",\"sessionState\":");
    Writer(out_).value(session_state);
    out_.push_back('}');
    return std::move(out_);
}

} // namespace facteur::jmap
