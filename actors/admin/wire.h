// The admin socket's wire: frames over a Unix socket in the store's folder, between the program that was
// typed and the running server (same machine, same build).
//
// A frame is a kind (one octet), a length (four octets, big-endian) and that many octets; an open file may
// travel with it (SCM_RIGHTS). After `run`, the server sends output and questions; each question is answered
// before the next one; `exit` ends it. The program's end closing its sending side means: cancel.
#pragma once

#include "actors/descriptor.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::admin {

enum class Kind : char {
    // from the program
    run = 'R',    // version, "1" when progress is drawn, arguments…
    answer = 'A', // "+", or "-" and why not; or "+" and the secret
    // from the server
    output = 'o',
    trouble = 'e',
    open = 'O', // purpose (OpenFor as a digit), path
    make_folder = 'M',
    rename = 'N', // from, to
    remove = 'D',
    secret = 'S', // prompt
    exit = 'x',   // the code
};

struct Frame {
    Kind kind{};
    std::string payload;
    Descriptor file;
};

// False when the other end is gone.
bool send_frame(int socket, Kind kind, std::string_view payload, int file = -1);
// Nothing when the other end is gone or sends what is no frame.
std::optional<Frame> receive_frame(int socket);

// Texts in one payload, each ended by NUL.
std::string join(const std::vector<std::string>& texts);
std::vector<std::string> split(std::string_view payload);

// The socket of the store in `folder`, whose path may be longer than an address of a Unix socket can be.
Descriptor connect_to(const std::string& folder);
Descriptor listen_in(const std::string& folder); // mode 0600; what an earlier server left is removed
void remove_from(const std::string& folder);

} // namespace facteur::admin
