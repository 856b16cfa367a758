#include "actors/session/jmap/blobs.h"
#include "actors/session/jmap/new_email.h"
#include "transport/jmap/arguments.h"
#include "transport/jmap/value.h"
#include "transport/mime/decode.h"

#include <algorithm>
#include <array>

namespace facteur {
namespace {

constexpr std::size_t deepest = 50; // as the writer of messages allows
constexpr std::size_t most_parts = 1000;

bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= 127 && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
    });
}
bool is_media_type(std::string_view text) {
    const auto slash = text.find('/');
    return slash != std::string_view::npos && is_token(text.substr(0, slash)) &&
           is_token(text.substr(slash + 1));
}
bool is_plain(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}
std::string_view without_brackets(std::string_view id) {
    if (id.size() >= 2 && id.front() == '<' && id.back() == '>') return id.substr(1, id.size() - 2);
    return id;
}
std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

class BodyReader {
public:
    BodyReader(jmap::Object email, const Composer& composer, Faults& faults, NewBody& body)
        : composer_(composer), faults_(faults), body_(body) {
        const auto values = jmap::member(email, "bodyValues");
        if (!values || values->is_null()) return;
        values_ = jmap::as_object(*values);
        if (!values_) faults_.property("bodyValues", "It must be an object.");
    }

    // A part of any kind. `implied`: its type when it names none.
    mime::NewPart read(jmap::Value value, const std::string& path, std::string_view implied,
                       const NewHeaders* top = nullptr, std::size_t depth = 0) {
        Reading r;
        const auto object = jmap::as_object(value);
        if (!object) {
            faults_.property(path, "A body part must be an object.");
            return {};
        }
        if (depth > deepest || ++parts_ > most_parts) {
            faults_.property(path, "The body has too many parts.");
            return {};
        }
        NewHeaders headers(faults_);
        for (const auto [name, content] : *object)
            take(name, content, path + "/" + std::string(name), r, headers, top);
        if (r.sub_parts) read_sub_parts(*r.sub_parts, path + "/subParts", r, depth);
        settle_type(r, path, implied);
        settle_content(r, path);
        body_.needs_utf8 = body_.needs_utf8 || headers.needs_utf8();
        r.part.fields = std::move(headers).take_fields();
        return std::move(r.part);
    }

    // The only entry of textBody or htmlBody.
    std::optional<mime::NewPart> read_single(jmap::Value value, const std::string& name,
                                             std::string_view type) {
        const auto list = jmap::as_array(value);
        if (!list || list->size() != 1) {
            faults_.property(name, "It must be an array of one body part.");
            return std::nullopt;
        }
        auto part = read(*list->begin(), name + "/0", type);
        if (lower_case(part.type) != type) faults_.property(name + "/0/type", "The part has another type.");
        return part;
    }

private:
    struct Reading {
        mime::NewPart part;
        std::set<std::string> fields; // of Content-*, that a property has set: lower case
        std::optional<std::string_view> part_id, blob_id;
        std::optional<jmap::Array> sub_parts;
        bool has_charset = false, has_size = false, has_type = false;
    };

    void take(std::string_view name, jmap::Value value, const std::string& path, Reading& r,
              NewHeaders& headers, const NewHeaders* top) {
        if (name.starts_with("header:")) return take_header(name, value, path, r, headers, top);
        if (value.is_null()) return;
        if (name == "subParts") {
            r.sub_parts = jmap::as_array(value);
            if (!r.sub_parts) faults_.property(path, "It must be an array.");
            return;
        }
        if (name == "size") {
            r.has_size = true;
            if (!jmap::as_unsigned(value)) faults_.property(path, "It must be an unsigned integer.");
            return;
        }
        if (name == "language") return take_language(value, path, r);
        const auto text = jmap::as_string(value);
        if (!text) return faults_.property(path, "It must be a string that a body part can have.");
        if (name == "partId") {
            r.part_id = *text;
        } else if (name == "blobId") {
            r.blob_id = *text;
        } else {
            take_text(name, *text, path, r);
        }
    }

    void take_text(std::string_view name, std::string_view text, const std::string& path, Reading& r) {
        if (!is_plain(text)) return faults_.property(path, "Control characters cannot be written.");
        if (name == "type") {
            claim("content-type", path, r);
            if (!is_media_type(text)) return faults_.property(path, "It must be a media type.");
            r.part.type = text;
            r.has_type = true;
        } else if (name == "charset") {
            r.has_charset = true;
            r.part.charset = text;
            if (!is_token(text)) faults_.property(path, "It must be the name of a charset.");
        } else if (name == "name") {
            r.part.name = text;
        } else if (name == "disposition") {
            claim("content-disposition", path, r);
            r.part.disposition = lower_case(text);
            if (!is_token(text)) faults_.property(path, "It must be a disposition type.");
        } else if (name == "cid") {
            claim("content-id", path, r);
            set_content_id(text, path, r);
        } else if (name == "location") {
            claim("content-location", path, r);
            r.part.location = text;
        } else {
            faults_.property(path, "A body part cannot be made with this property.");
        }
    }

    void take_language(jmap::Value value, const std::string& path, Reading& r) {
        claim("content-language", path, r);
        const auto list = jmap::as_array(value);
        bool fits = list && list->size() <= 100;
        if (fits)
            for (const jmap::Value item : *list) {
                const auto tag = jmap::as_string(item);
                fits = fits && tag && is_token(*tag);
                if (fits) r.part.language.emplace_back(*tag);
            }
        if (!fits) faults_.property(path, "It must be an array of language tags.");
    }

    // A Content-* field that a property of its own stands for as well comes to the same place.
    void take_header(std::string_view name, jmap::Value value, const std::string& path, Reading& r,
                     NewHeaders& headers, const NewHeaders* top) {
        const auto rest = name.substr(std::string_view("header:").size());
        const auto field = lower_case(rest.substr(0, std::min(rest.find(':'), rest.size())));
        constexpr std::array<std::string_view, 5> own{"content-type", "content-disposition", "content-id",
                                                      "content-language", "content-location"};
        if (std::find(own.begin(), own.end(), field) == own.end()) {
            if (top != nullptr && top->has(field))
                return faults_.property(path, "The email itself has this header field already.");
            return headers.take_of_part(name, path, value);
        }
        if (value.is_null()) return;
        const auto text = jmap::as_string(value);
        if (!text || !is_plain(*text)) return faults_.property(path, "It must be one line of text.");
        claim(field, path, r);
        const auto content = trimmed(*text);
        if (field == "content-type") {
            const auto parsed = mime::parse_parameterized(content);
            if (!is_media_type(parsed.value)) return faults_.property(path, "It has no media type.");
            r.part.type = content;
            r.has_type = true;
            if (r.part.charset.empty()) r.part.charset = mime::parameter(parsed.parameters, "charset");
            if (r.part.name.empty()) r.part.name = mime::parameter(parsed.parameters, "name");
        } else if (field == "content-disposition") {
            const auto parsed = mime::parse_parameterized(content);
            r.part.disposition = parsed.value;
            if (!is_token(parsed.value)) faults_.property(path, "It has no disposition type.");
            if (r.part.name.empty()) r.part.name = mime::parameter(parsed.parameters, "filename");
        } else if (field == "content-id") {
            set_content_id(without_brackets(content), path, r);
        } else if (field == "content-language") {
            r.part.language.emplace_back(content);
        } else {
            r.part.location = content;
        }
    }

    void claim(std::string_view field, const std::string& path, Reading& r) {
        if (!r.fields.emplace(field).second)
            faults_.property(path, "Two properties stand for the same header field.");
    }

    void set_content_id(std::string_view id, const std::string& path, Reading& r) {
        r.part.content_id = id;
        if (!mime::write_field({"Content-ID", mime::MessageIds{{r.part.content_id}}}, false))
            faults_.property(path, "It must be a content id.");
    }

    void read_sub_parts(jmap::Array list, const std::string& path, Reading& r, std::size_t depth) {
        std::size_t index = 0;
        for (const jmap::Value item : list) {
            if (parts_ > most_parts) return;
            r.part.children.push_back(
                read(item, path + "/" + std::to_string(index++), "text/plain", nullptr, depth + 1));
        }
    }

    void settle_type(Reading& r, const std::string& path, std::string_view implied) {
        if (!r.has_type) {
            if (!r.part.children.empty())
                r.part.type = "multipart/mixed";
            else if (r.blob_id && implied == "application/octet-stream")
                r.part.type = type_of_upload(*r.blob_id);
            else
                r.part.type = implied;
        }
        const bool is_multipart = lower_case(r.part.type).starts_with("multipart/");
        if (is_multipart == r.part.children.empty())
            faults_.property(path + (is_multipart ? "/subParts" : "/type"),
                             is_multipart ? "A multipart needs parts." : "Only a multipart has parts.");
        if (is_multipart && (r.part_id || r.blob_id))
            faults_.property(path + (r.part_id ? "/partId" : "/blobId"), "A multipart has no content.");
    }

    void settle_content(Reading& r, const std::string& path) {
        if (!r.part.children.empty() || lower_case(r.part.type).starts_with("multipart/")) return;
        if (r.part_id && r.blob_id)
            return faults_.property(path + "/blobId", "A part has a partId or a blobId, not both.");
        if (r.part_id) {
            if (r.has_charset) faults_.property(path + "/charset", "It must be omitted with a partId.");
            if (r.has_size) faults_.property(path + "/size", "It must be omitted with a partId.");
            r.part.charset.clear();
            return take_value(*r.part_id, path + "/partId", r);
        }
        if (!r.blob_id) return faults_.property(path + "/partId", "A part needs a partId or a blobId.");
        take_blob(*r.blob_id, r);
    }

    void take_value(std::string_view part_id, const std::string& path, Reading& r) {
        const auto found = values_ ? jmap::member(*values_, part_id) : std::nullopt;
        const auto object = found ? jmap::as_object(*found) : std::nullopt;
        if (!object) return faults_.property(path, "bodyValues has no such part.");
        for (const auto [name, value] : *object) {
            if (name == "value") {
                const auto text = jmap::as_string(value);
                if (text) {
                    r.part.content = *text;
                    continue;
                }
            } else if (name == "isEncodingProblem" || name == "isTruncated") {
                if (jmap::as_boolean(value) == false) continue;
            }
            faults_.property("bodyValues/" + std::string(part_id) + "/" + std::string(name),
                             "A body value cannot be made with this.");
        }
        if (!jmap::member(*object, "value"))
            faults_.property("bodyValues/" + std::string(part_id) + "/value", "It is missing.");
    }

    void take_blob(std::string_view given, Reading& r) {
        const auto id = jmap::resolve_id(given, composer_.created_ids);
        const auto blob = Blob::open(composer_.now, composer_.account, id);
        if (!blob) return faults_.missing_blob(given);
        body_.attached += blob->size();
        if (body_.attached > composer_.most_attached) {
            auto error = jmap::set_error("tooLarge", "The attachments are larger than one email's may be.");
            error.max_size = composer_.most_attached;
            return faults_.other(std::move(error));
        }
        if (!composer_.turn.may_take(blob->size())) return faults_.missing_blob(given);
        auto bytes = blob->read(composer_.now, 0, blob->size());
        if (!bytes) return faults_.missing_blob(given);
        r.part.content = body_.blobs.emplace_back(std::move(*bytes));
    }

    std::string type_of_upload(std::string_view given) const {
        const auto id = read_blob_id(jmap::resolve_id(given, composer_.created_ids));
        const auto upload = id ? composer_.now.upload(composer_.account, id->body) : std::nullopt;
        return upload && is_media_type(upload->type) && !upload->type.starts_with("multipart/")
                   ? upload->type
                   : "application/octet-stream";
    }

    const Composer& composer_;
    Faults& faults_;
    NewBody& body_;
    std::optional<jmap::Object> values_;
    std::size_t parts_ = 0;
};

mime::NewPart multipart(std::string type, std::vector<mime::NewPart> children) {
    mime::NewPart part;
    part.type = std::move(type);
    part.children = std::move(children);
    return part;
}

// Shown within the HTML by its content id.
bool is_shown(const mime::NewPart& part) {
    return !part.content_id.empty() && part.disposition == "inline";
}

mime::NewPart build_tree(std::optional<mime::NewPart> text, std::optional<mime::NewPart> html,
                         std::vector<mime::NewPart> attachments) {
    mime::NewPart body;
    if (html) {
        const auto others = std::stable_partition(attachments.begin(), attachments.end(), is_shown);
        std::vector<mime::NewPart> shown(std::make_move_iterator(attachments.begin()),
                                         std::make_move_iterator(others));
        attachments.erase(attachments.begin(), others);
        body = std::move(*html);
        if (!shown.empty()) {
            shown.insert(shown.begin(), std::move(body));
            body = multipart("multipart/related", std::move(shown));
        }
        if (text) {
            std::vector<mime::NewPart> both;
            both.push_back(std::move(*text));
            both.push_back(std::move(body));
            body = multipart("multipart/alternative", std::move(both));
        }
    } else if (text) {
        body = std::move(*text);
    } else if (attachments.size() == 1) {
        return std::move(attachments.front());
    }
    if (attachments.empty()) return body;
    if (text || html) attachments.insert(attachments.begin(), std::move(body));
    return multipart("multipart/mixed", std::move(attachments));
}

} // namespace

NewBody read_body(jmap::Object email, const Composer& composer, const NewHeaders& top, Faults& faults) {
    NewBody body;
    BodyReader reader(email, composer, faults, body);
    const auto given = [&](std::string_view name) {
        const auto value = jmap::member(email, name);
        return value && !value->is_null() ? value : std::nullopt;
    };
    const auto structure = given("bodyStructure"), text = given("textBody"), html = given("htmlBody"),
               attachments = given("attachments");
    if (structure) {
        if (text) faults.property("textBody", "It cannot be given with bodyStructure.");
        if (html) faults.property("htmlBody", "It cannot be given with bodyStructure.");
        if (attachments) faults.property("attachments", "It cannot be given with bodyStructure.");
        if (!faults.any()) body.root = reader.read(*structure, "bodyStructure", "text/plain", &top);
        return body;
    }
    std::optional<mime::NewPart> text_part, html_part;
    std::vector<mime::NewPart> attached;
    if (text) text_part = reader.read_single(*text, "textBody", "text/plain");
    if (html) html_part = reader.read_single(*html, "htmlBody", "text/html");
    const auto list = attachments ? jmap::as_array(*attachments) : std::nullopt;
    if (attachments && !list) faults.property("attachments", "It must be an array.");
    if (list) {
        std::size_t index = 0;
        for (const jmap::Value item : *list) {
            if (index == most_parts) break;
            attached.push_back(
                reader.read(item, "attachments/" + std::to_string(index++), "application/octet-stream"));
            if (attached.back().disposition.empty()) attached.back().disposition = "attachment";
        }
        if (list->size() > most_parts) faults.property("attachments", "There are too many.");
    }
    body.root = build_tree(std::move(text_part), std::move(html_part), std::move(attached));
    return body;
}

} // namespace facteur
