#include "actors/session/http/assets.h"

#include "actors/session/http/answers.h"
#include "transport/http/response.h"

#include "webui/assets.h"

namespace facteur {
namespace {

constexpr std::string_view start_page = "/index.html";
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: "
    "https:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

bool is_screen(std::string_view path) {
    return path.substr(path.rfind('/')).find('.') == std::string_view::npos;
}

http::Response without_interface() {
    return http::text_response(200, "text/plain; charset=utf-8",
                               "Facteur is here. This build has no web interface; JMAP is at "
                               "/.well-known/jmap.\n");
}

} // namespace

Assets::Assets() {
    for (const auto& asset : webui::assets()) {
        Asset made{asset.type, asset.tag, std::make_shared<const std::string>(asset.bytes), nullptr};
        if (!asset.packed.empty() && asset.packed.size() < asset.bytes.size() &&
            http::is_packable(asset.type))
            made.packed = std::make_shared<const std::string>(asset.packed);
        assets_.emplace(asset.path, std::move(made));
    }
}

const Assets::Asset* Assets::find(std::string_view path) const {
    auto found = assets_.find(path);
    if (found == assets_.end() && is_screen(path)) found = assets_.find(start_page);
    return found == assets_.end() ? nullptr : &found->second;
}

http::Response Assets::answer(const http::Request& request, bool is_secure) const {
    const auto* asset = find(request.path);
    if (asset == nullptr)
        return assets_.empty() && request.path == "/" ? without_interface()
                                                      : problem(404, "There is nothing at this address.");
    http::Response response;
    const bool is_immutable = request.path.starts_with("/assets/");
    response.headers = {
        {"cache-control", is_immutable ? "public, max-age=31536000, immutable" : "no-cache"},
        {"etag", http::entity_tag(asset->tag)},
        {"vary", "accept-encoding"},
    };
    http::add_security_headers(response, is_secure, policy);
    if (http::matches_none(request, response.headers[1].value)) {
        response.status = 304;
        return response;
    }
    response.headers.push_back({"content-type", std::string(asset->type)});
    response.body = asset->bytes;
    if (asset->packed && request.takes_gzip()) {
        response.body = asset->packed;
        response.headers.push_back({"content-encoding", "gzip"});
    }
    return response;
}

} // namespace facteur
