#include "store/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace facteur::store {

tl::unexpected<Error> failed_on(std::string_view path, std::string_view doing) {
    const int error = errno;
    const auto code = error == ENOSPC || error == EDQUOT || error == EFBIG ? Code::full : Code::io;
    return fail(code, fmt::format("Cannot {} {}: {}.", doing, path, std::strerror(error)));
}

bool write_at(int file, std::string_view bytes, std::uint64_t offset) {
    return write_pieces(file, {&bytes, 1}, offset);
}

bool write_pieces(int file, std::span<const std::string_view> pieces, std::uint64_t offset) {
    std::array<iovec, 64> some{};
    std::size_t skip = 0; // octets of the first piece that are written
    while (true) {
        while (!pieces.empty() && skip == pieces.front().size()) {
            pieces = pieces.subspan(1);
            skip = 0;
        }
        if (pieces.empty()) return true;
        const auto count = std::min(pieces.size(), some.size());
        for (std::size_t i = 0; i < count; ++i)
            some[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
        some[0] = {const_cast<char*>(pieces[0].data()) + skip, pieces[0].size() - skip};
        const auto written =
            ::pwritev(file, some.data(), static_cast<int>(count), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        offset += static_cast<std::uint64_t>(written);
        auto left = static_cast<std::size_t>(written);
        while (left > 0) {
            const auto step = std::min(left, pieces.front().size() - skip);
            skip += step;
            left -= step;
            if (left == 0) break;
            pieces = pieces.subspan(1);
            skip = 0;
        }
    }
}

Result<std::string> read_at(int file, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const auto got = ::pread(file, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Code::io, std::strerror(errno));
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
}

bool sync_folder(const std::string& path) {
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return false;
    const bool synced = ::fsync(folder) == 0;
    ::close(folder);
    return synced;
}

Result<void> replace_file(const std::string& path, std::string_view bytes) {
    const auto temporary = path + ".new";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (file < 0) return failed_on(temporary, "open");
    const bool written = write_at(file, bytes, 0) && ::fsync(file) == 0;
    const auto failure = written ? Result<void>{} : failed_on(temporary, "write");
    ::close(file);
    if (!written) return failure;
    if (::rename(temporary.c_str(), path.c_str()) != 0) return failed_on(path, "replace");
    // Which of the two it is after a crash is not known then: never Code::full.
    if (!sync_folder(std::filesystem::path(path).parent_path().string()))
        return fail(Code::io, fmt::format("Cannot sync the folder of {}.", path));
    return {};
}

} // namespace facteur::store
