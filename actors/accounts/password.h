// Password hashes: Argon2id in the PHC form "$argon2id$v=19$m=…,t=…,p=…$salt$hash". Slow on purpose: never on
// a loop or an actor. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace facteur {

std::string hash_password(std::string_view password);
// False for a wrong password and for a hash that is not of the form. Equal time for equal parameters.
bool verify_password(std::string_view password, const std::string& hash);
bool is_password_hash(std::string_view text);

} // namespace facteur
