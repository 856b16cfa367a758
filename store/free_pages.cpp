#include "store/free_pages.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

namespace facteur::store {
namespace {

using PageNumber = std::size_t;
using TransactionNumber = std::size_t;

// What is not worth the work: so many octets, and such a part of the file.
constexpr std::uint64_t least_octets = 256u << 10;
constexpr std::uint64_t least_part = 16;
constexpr std::size_t runs_at_once = 64;
// Looked at together, which takes some tens of milliseconds; 4 GB of pages. LMDB uses the others again.
constexpr std::size_t most_pages = 1u << 20;

// A line of LMDB's list of readers: process, thread and the transaction that it reads, or "-".
int take_reader(const char* line, void* to) {
    auto& oldest = *static_cast<TransactionNumber*>(to);
    std::string_view text(line);
    while (text.ends_with('\n') || text.ends_with(' '))
        text.remove_suffix(1);
    const auto last = text.substr(text.rfind(' ') + 1);
    if (last == "-" || last == "txnid" || text == "(no active readers)") return 0;
    TransactionNumber number = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
    oldest = std::min(oldest, error == std::errc{} && end == last.data() + last.size() ? number : 0);
    return 0;
}

// What this transaction and later ones freed may still be read.
TransactionNumber oldest_read(MDB_env* environment, TransactionNumber newest) {
    auto oldest = newest;
    return mdb_reader_list(environment, take_reader, &oldest) < 0 ? 0 : oldest;
}

// A record of the free pages: how many, then their numbers, the highest first.
bool append_pages(const MDB_val& record, PageNumber last_page, std::vector<PageNumber>& to) {
    PageNumber count = 0;
    if (record.mv_size < sizeof count) return false;
    const auto* const octets = static_cast<const char*>(record.mv_data);
    std::memcpy(&count, octets, sizeof count);
    if (count >= record.mv_size / sizeof count) return false;
    auto before = last_page + 1;
    for (PageNumber i = 1; i <= count; ++i) {
        PageNumber page = 0;
        std::memcpy(&page, octets + i * sizeof page, sizeof page);
        if (page >= before || page < 2) return false;
        to.push_back(before = page);
    }
    return true;
}

struct FreePages {
    std::vector<PageNumber> pages; // that may be given back
    std::size_t used = 0;          // pages of the file that hold something
};

// Nothing when LMDB's list is not what it should be.
std::optional<FreePages> find(MDB_txn* transaction) {
    auto* const environment = mdb_txn_env(transaction);
    MDB_envinfo info{};
    mdb_env_info(environment, &info);
    const auto oldest = oldest_read(environment, mdb_txn_id(transaction));
    constexpr MDB_dbi free_pages = 0;
    MDB_cursor* cursor = nullptr;
    if (mdb_cursor_open(transaction, free_pages, &cursor) != 0) return std::nullopt;
    const std::unique_ptr<MDB_cursor, void (*)(MDB_cursor*)> closed(cursor, mdb_cursor_close);
    FreePages found;
    MDB_val key{}, record{};
    while (mdb_cursor_get(cursor, &key, &record, MDB_NEXT) == 0) {
        TransactionNumber freed_by = 0;
        if (key.mv_size != sizeof freed_by) return std::nullopt;
        std::memcpy(&freed_by, key.mv_data, sizeof freed_by);
        if (freed_by >= oldest || found.pages.size() >= most_pages) break;
        if (!append_pages(record, info.me_last_pgno, found.pages)) return std::nullopt;
    }
    found.used = info.me_last_pgno + 1 - found.pages.size();
    std::sort(found.pages.begin(), found.pages.end());
    // A page that is there twice is a list that cannot be trusted.
    if (std::adjacent_find(found.pages.begin(), found.pages.end()) != found.pages.end()) return std::nullopt;
    return found;
}

std::uint64_t octets_on_disk(int file) {
    struct stat found {};
    constexpr std::uint64_t unit = 512;
    return ::fstat(file, &found) == 0 ? static_cast<std::uint64_t>(found.st_blocks) * unit : 0;
}

} // namespace

std::uint64_t give_back_free_pages(Environment& environment, const std::function<bool()>& go_on) {
    int file = -1;
    if (mdb_env_get_fd(environment.get(), &file) != 0) return 0;
    const auto before = octets_on_disk(file);
    auto* const transaction = environment.begin_read();
    if (transaction == nullptr) return 0;
    const auto found = find(transaction);
    const auto least = std::max(least_octets, before / least_part);
    if (found && before > found->used * environment.page_size() + least) {
        const auto& pages = found->pages;
        std::size_t runs = 0;
        for (std::size_t begin = 0, end = 0; begin < pages.size(); begin = end) {
            for (end = begin + 1; end < pages.size() && pages[end] == pages[end - 1] + 1;)
                ++end;
            if (++runs % runs_at_once == 0 && !go_on()) break;
            const auto at = static_cast<off_t>(pages[begin] * environment.page_size());
            const auto size = static_cast<off_t>((end - begin) * environment.page_size());
            if (::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, size) != 0) break;
        }
    }
    environment.end_read(transaction);
    const auto after = octets_on_disk(file);
    return before > after ? before - after : 0;
}

} // namespace facteur::store
