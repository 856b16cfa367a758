#include "tests/store/power_loss.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

namespace facteur::store::test {
namespace {

namespace fs = std::filesystem;

// Of the child alone: empty elsewhere.
struct Mirror {
    std::string folder, to;
    std::mutex mutex;
};
Mirror& the_mirror() {
    static Mirror mirror;
    return mirror;
}

std::string contents(const fs::path& path) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in) return {};
    std::string bytes(static_cast<std::size_t>(in.tellg()), '\0');
    in.seekg(0);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}
void put(const fs::path& path, const std::string& bytes) {
    fs::create_directories(path.parent_path());
    const auto next = path.string() + ".mirror";
    std::ofstream(next, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    fs::rename(next, path);
}

bool is_lock(const fs::path& path) {
    return path.filename() == "lock.mdb" || path.filename() == "lock";
}

// What the names in a folder say is on disk with the folder: files that were put there by renaming, and
// folders that are gone.
void mirror_names(const fs::path& from, const fs::path& to) {
    for (const auto* name : {"checkpoint", "schema"})
        if (fs::exists(from / name))
            put(to / name, contents(from / name));
        else
            fs::remove(to / name);
    if (fs::exists(from / "schema") && !fs::exists(from / "journal")) fs::remove_all(to / "journal");
    if (fs::exists(from / "journal")) fs::create_directories(to / "journal");
}

int synced(int file, int (*call)(int)) {
    auto& mirror = the_mirror();
    if (mirror.to.empty()) return call(file);
    std::error_code error;
    const fs::path path = fs::read_symlink("/proc/self/fd/" + std::to_string(file), error);
    if (error || !path.string().starts_with(mirror.folder)) return call(file);
    const auto to = mirror.to + path.string().substr(mirror.folder.size());
    struct stat of {};
    ::fstat(file, &of);
    // What is there when the call begins is on disk when it ends.
    const auto bytes = S_ISREG(of.st_mode) ? contents(path) : std::string();
    const int result = call(file);
    if (result != 0) return result;
    const std::lock_guard lock(mirror.mutex);
    if (S_ISDIR(of.st_mode))
        mirror_names(path, to);
    else if (path.extension() != ".new")
        put(to, bytes);
    return result;
}

template <typename Call>
int real(const char* name, int file) {
    static const auto call = reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
    return synced(file, call);
}

} // namespace

void mirror_syncs(const std::string& folder, const std::string& mirror) {
    fs::copy(folder, mirror + ".begun", fs::copy_options::recursive);
    fs::rename(mirror + ".begun", mirror);
    the_mirror().folder = folder;
    the_mirror().to = mirror;
}

void make_image(const std::string& folder, const std::string& mirror, const std::string& image, double share,
                std::mt19937& random) {
    constexpr std::size_t page = 4096;
    std::bernoulli_distribution made_it(share);
    fs::create_directories(image);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const auto name = entry.path().lexically_relative(folder);
        if (entry.is_directory()) {
            // The folder of journals is there or not as the store's folder was synced.
            if (name != "journal" || fs::exists(fs::path(mirror) / name))
                fs::create_directories(image / name);
            continue;
        }
        if (is_lock(entry.path()) || entry.path().extension() == ".new") continue;
        if (name.parent_path() == "journal.old") continue;
        const bool is_on_disk = fs::exists(fs::path(mirror) / name);
        const auto before = is_on_disk ? contents(fs::path(mirror) / name) : std::string();
        auto now = contents(entry.path());
        if (!is_on_disk && (!made_it(random) || !fs::exists((image / name).parent_path()))) continue;
        if (entry.path().extension() == "" && is_on_disk) { // replaced whole
            put(image / name, made_it(random) ? now : before);
            continue;
        }
        const auto longer = std::max(before.size(), now.size());
        std::uniform_int_distribution<std::size_t> some(before.size(), longer);
        const auto size = made_it(random) ? longer : some(random);
        auto bytes = before;
        bytes.resize(size);
        now.resize(size);
        for (std::size_t at = 0; at < size; at += page)
            if (made_it(random)) bytes.replace(at, std::min(page, size - at), now, at, page);
        put(image / name, bytes);
    }
}

} // namespace facteur::store::test

// In place of the C library's, for this program and the libraries that it loads.
extern "C" int fsync(int file) {
    return facteur::store::test::real<int (*)(int)>("fsync", file);
}
extern "C" int fdatasync(int file) {
    return facteur::store::test::real<int (*)(int)>("fdatasync", file);
}
