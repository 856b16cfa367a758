#include "actors/admin/wire.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace facteur::admin {
namespace {

constexpr std::size_t header_size = 5;
constexpr std::size_t longest_payload = 1u << 20;
constexpr auto name = "admin.sock";

struct alignas(cmsghdr) ControlBuffer {
    std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

bool send_all(int socket, const char* bytes, std::size_t size, int file) {
    while (size > 0) {
        iovec piece{const_cast<char*>(bytes), size}; // sendmsg does not write through it
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        ControlBuffer control;
        if (file >= 0) {
            message.msg_control = control.bytes.data();
            message.msg_controllen = control.bytes.size();
            auto* header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof file);
            std::memcpy(CMSG_DATA(header), &file, sizeof file);
        }
        const auto sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        file = -1; // it went with the first octet
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receive_all(int socket, char* bytes, std::size_t size, Descriptor& file) {
    while (size > 0) {
        iovec piece{bytes, size};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        ControlBuffer control;
        message.msg_control = control.bytes.data();
        message.msg_controllen = control.bytes.size();
        const auto got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
             header = CMSG_NXTHDR(&message, header)) {
            if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
            int received = -1;
            std::memcpy(&received, CMSG_DATA(header), sizeof received);
            file = Descriptor(received);
        }
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

// The folder is opened and the socket named through it: the address stays short.
struct Address {
    Descriptor folder;
    sockaddr_un address{};

    explicit Address(const std::string& path)
        : folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
        address.sun_family = AF_UNIX;
        const auto short_path = fmt::format("/proc/self/fd/{}/{}", folder.get(), name);
        short_path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    }
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

} // namespace

bool send_frame(int socket, Kind kind, std::string_view payload, int file) {
    std::string bytes{static_cast<char>(kind)};
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>(payload.size() >> shift & 0xff));
    bytes += payload;
    return send_all(socket, bytes.data(), bytes.size(), file);
}

std::optional<Frame> receive_frame(int socket) {
    Frame frame;
    std::array<char, header_size> header{};
    if (!receive_all(socket, header.data(), header.size(), frame.file)) return std::nullopt;
    frame.kind = static_cast<Kind>(header[0]);
    std::size_t size = 0;
    for (std::size_t at = 1; at < header_size; ++at)
        size = size << 8 | static_cast<unsigned char>(header[at]);
    if (size > longest_payload) return std::nullopt;
    frame.payload.resize(size);
    if (!receive_all(socket, frame.payload.data(), size, frame.file)) return std::nullopt;
    return frame;
}

std::string join(const std::vector<std::string>& texts) {
    std::string payload;
    for (const auto& text : texts)
        payload.append(text).push_back('\0');
    return payload;
}

std::vector<std::string> split(std::string_view payload) {
    std::vector<std::string> texts;
    while (!payload.empty()) {
        const auto end = std::min(payload.find('\0'), payload.size() - 1);
        texts.emplace_back(payload.substr(0, end));
        payload.remove_prefix(end + 1);
    }
    return texts;
}

Descriptor connect_to(const std::string& folder) {
    const Address address(folder);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address.folder || !socket || ::connect(socket.get(), address.get(), sizeof address.address) != 0)
        return {};
    return socket;
}

Descriptor listen_in(const std::string& folder) {
    const Address address(folder);
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address.folder || !socket) return {};
    remove_from(folder);
    // The mode of the socket's own inode is what bind gives to the file: there is no moment in which another
    // user could connect.
    if (::fchmod(socket.get(), 0600) != 0) return {};
    if (::bind(socket.get(), address.get(), sizeof address.address) != 0) return {};
    if (::listen(socket.get(), 64) != 0) return {};
    return socket;
}

void remove_from(const std::string& folder) {
    ::unlink(fmt::format("{}/{}", folder, name).c_str());
}

} // namespace facteur::admin
