// The web UI's files, served from memory: they are part of the program (webui/assets.h).
//
// Files under /assets/ carry a hash of their content in their names and never change; the rest is asked for
// again each time, by its entity tag. A path without an extension is a screen of the UI, which one page
// shows. Immutable; any thread.
#pragma once

#include "transport/http/message.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace facteur {

class Assets {
public:
    Assets();

    // A GET or HEAD. 404 for a file that there is not.
    [[nodiscard]] http::Response answer(const http::Request& request, bool is_secure) const;

private:
    struct Asset {
        std::string_view type, tag;
        std::shared_ptr<const std::string> bytes, packed; // `packed`: null when packing does not pay
    };
    [[nodiscard]] const Asset* find(std::string_view path) const;

    std::map<std::string_view, Asset> assets_;
};

} // namespace facteur
