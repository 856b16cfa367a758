// Blob/upload (RFC 9404 §4.1): bodies put together from text, base64 and pieces of other blobs.
#include "actors/mailbox/keep_upload.h"
#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/write_call.h"
#include "actors/session/jmap/writing.h"
#include "transport/base/base64.h"

namespace facteur {
namespace {

using jmap::invalid_properties;
using jmap::set_error;

// Blobs of this very call, by creation id: a later creation may take pieces of an earlier one.
using Made = std::map<std::string, std::shared_ptr<const std::string>, std::less<>>;

class Assembler {
public:
    Assembler(const MethodContext& context, const store::Snapshot& now, const Made& made)
        : context_(context), now_(now), made_(made) {}

    SetResult<std::string> assemble(jmap::Object creation) {
        const auto& limits = context_.services.jmap_limits;
        const auto value = jmap::member(creation, "data");
        const auto sources = value ? jmap::as_array(*value) : std::nullopt;
        if (!sources) return refuse(invalid_properties({"data"}, "It must be an array of data sources."));
        if (sources->size() > limits.max_data_sources)
            return refuse(invalid_properties({"data"}, "There are too many data sources."));
        std::string bytes;
        for (const jmap::Value item : *sources) {
            const auto source = jmap::as_object(item);
            if (!source) return refuse(invalid_properties({"data"}, "A data source must be an object."));
            if (auto done = add(*source, bytes); !done) return tl::unexpected(done.error());
            if (bytes.size() > limits.max_size_blob_set) {
                auto error = set_error("tooLarge", "The blob is larger than one may be.");
                error.max_size = limits.max_size_blob_set;
                return refuse(std::move(error));
            }
        }
        return bytes;
    }

private:
    SetResult<void> add(jmap::Object source, std::string& bytes) {
        std::optional<jmap::Value> text, base64, blob;
        std::uint64_t offset = 0;
        std::optional<std::uint64_t> length;
        for (const auto [name, value] : source) {
            const auto number = value.is_null() ? std::optional<std::uint64_t>(0) : jmap::as_unsigned(value);
            if (name == "data:asText") {
                text = value;
            } else if (name == "data:asBase64") {
                base64 = value;
            } else if (name == "blobId") {
                blob = value;
            } else if ((name == "offset" || name == "length") && number) {
                if (name == "offset") offset = *number;
                if (name == "length" && !value.is_null()) length = number;
            } else {
                return wrong("A data source has a member that it cannot have.");
            }
        }
        if ((text ? 1 : 0) + (base64 ? 1 : 0) + (blob ? 1 : 0) != 1)
            return wrong("A data source is one of data:asText, data:asBase64 and blobId.");
        const auto content = jmap::as_string(text ? *text : base64 ? *base64 : *blob);
        if (!content) return wrong("A data source's value must be a string.");
        if (blob) return add_piece(*content, offset, length, bytes);
        if (offset != 0 || length) return wrong("Only a blob has an offset and a length.");
        if (text) {
            bytes.append(*content);
            return {};
        }
        const auto decoded = decode_base64(*content);
        if (!decoded) return wrong("data:asBase64 is not base64.");
        bytes.append(*decoded);
        return {};
    }

    SetResult<void> add_piece(std::string_view given, std::uint64_t offset,
                              std::optional<std::uint64_t> length, std::string& bytes) {
        const auto missing = [&] {
            auto error = set_error("blobNotFound");
            error.not_found = {std::string(given)};
            return refuse(std::move(error));
        };
        if (!given.empty() && given.front() == '#')
            if (const auto own = made_.find(given.substr(1)); own != made_.end()) {
                const auto size =
                    length.value_or(own->second->size() - std::min(offset, own->second->size()));
                if (!fits(own->second->size(), offset, size))
                    return wrong("The piece lies outside its blob.");
                bytes.append(*own->second, offset, size);
                return {};
            }
        const auto blob = Blob::open(now_, context_.user.id, jmap::resolve_id(given, context_.created_ids));
        if (!blob) return missing();
        const auto size = length.value_or(blob->size() - std::min(offset, blob->size()));
        if (!fits(blob->size(), offset, size)) return wrong("The piece lies outside its blob.");
        if (size > context_.services.jmap_limits.max_size_blob_set)
            return refuse(set_error("tooLarge", "The blob is larger than one may be."));
        const auto piece = blob->read(now_, offset, size);
        if (!piece) return missing();
        bytes.append(*piece);
        return {};
    }

    static bool fits(std::uint64_t whole, std::uint64_t offset, std::uint64_t size) {
        return offset <= whole && size <= whole - offset;
    }
    static SetResult<void> wrong(const char* why) { return refuse(invalid_properties({"data"}, why)); }

    const MethodContext& context_;
    const store::Snapshot& now_;
    const Made& made_;
};

SetResult<std::string> type_of(jmap::Object creation) {
    const auto value = jmap::member(creation, "type");
    if (!value || value->is_null()) return std::string("application/octet-stream");
    const auto type = jmap::as_string(*value);
    const auto is_printable = [](char c) { return c >= ' ' && c < 0x7f; };
    if (!type || type->size() > 255 || type->find('/') == std::string_view::npos ||
        !std::all_of(type->begin(), type->end(), is_printable))
        return refuse(invalid_properties({"type"}, "It must be a media type."));
    return std::string(*type);
}

SetResult<std::string> check_names(jmap::Object creation) {
    for (const auto [name, value] : creation)
        if (name != "data" && name != "type")
            return refuse(invalid_properties({std::string(name)}, "An upload has no such property."));
    return type_of(creation);
}

store::Result<void> run_blob_upload(const CallMethod& call, jmap::Object arguments, store::Draft& draft,
                                    MethodAnswered& answered) {
    SetAnswer set;
    UploadRoom room(draft, call.quota);
    each_object(arguments, "create", [&](jmap::Object entry) {
        const auto creation_id = text_member(entry, "id");
        if (const auto error = jmap::member(entry, "error"))
            return set.not_created(creation_id, jmap::to_json(*error));
        const auto index = jmap::member(entry, "upload");
        const auto number = index ? jmap::as_unsigned(*index) : std::nullopt;
        if (!number || *number >= call.uploads.size()) return;
        const auto& body = call.uploads[*number].body;
        const std::string type(text_member(entry, "type"));
        const auto size = body.bytes->size();
        if (auto kept = room.keep({body.hash, size, type, draft.at() + upload_kept_for}); !kept)
            return set.not_created(creation_id, set_error("overQuota", kept.error().message));
        const auto id = blob_id(body.hash);
        answered.created_ids[std::string(creation_id)] = id;
        std::string json;
        jmap::Writer out(json);
        out.begin_object().member("id", id).member("type", type).member("size", size).end_object();
        set.created(creation_id, std::move(json));
    });
    answer(answered, "Blob/upload", set.json_of_upload(call.account), call.call_id);
    return {};
}

} // namespace

jmap::Expected<CallMethod> prepare_blob_upload(const MethodContext& context, jmap::Object object) {
    const auto& services = context.services;
    jmap::Arguments arguments(object, context.created_ids);
    if (!arguments.id("accountId")) arguments.refuse({"invalidArguments", "\"accountId\" is missing."});
    const auto create = arguments.object("create");
    if (!create) arguments.refuse({"invalidArguments", "\"create\" is missing."});
    if (create && jmap::member_count(*create) > services.jmap_limits.max_objects_in_set)
        arguments.refuse({"requestTooLarge", "The call names too many objects."});
    if (auto fault = arguments.fault()) return tl::unexpected(std::move(*fault));

    auto call = begin_call(context, "Blob/upload");
    jmap::Writer out(call.arguments);
    out.begin_object().key("create").begin_array();
    const auto now = services.store.read(context.user.id);
    Made made;
    std::uint64_t octets = 0;
    for (const auto [creation_id, value] : *create) {
        const auto creation = jmap::as_object(value);
        auto type = creation ? check_names(*creation) : refuse(invalid_properties({}, "Not an object."));
        auto bytes = !type                         ? SetResult<std::string>(refuse(type.error()))
                     : octets >= most_made_by_call ? refuse(set_error("rateLimit", "Too much at once."))
                                                   : Assembler(context, now, made).assemble(*creation);
        out.begin_object().member("id", creation_id);
        if (bytes) {
            octets += bytes->size();
            auto shared = std::make_shared<const std::string>(std::move(*bytes));
            out.member("upload", call.uploads.size()).member("type", *type);
            call.uploads.push_back({store::make_body(shared, services.store.options().pack_level)});
            made.emplace(std::string(creation_id), std::move(shared));
        } else {
            out.key("error").raw(to_json(bytes.error()));
        }
        out.end_object();
    }
    out.end_array().end_object();
    return call;
}

store::Plan plan_blob_upload(std::shared_ptr<const CallMethod> call,
                             std::shared_ptr<MethodAnswered> answered) {
    return plan_over(std::move(call), std::move(answered), run_blob_upload);
}

} // namespace facteur
