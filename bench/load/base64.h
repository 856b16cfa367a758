#pragma once

#include <string>
#include <string_view>

namespace facteur::load {

std::string base64(std::string_view bytes); // in one line

} // namespace facteur::load
