#include "store/pages.h"

#include "store/codec.h"
#include "store/files.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>

namespace facteur::store {
namespace {

constexpr std::size_t most_faults = 100;

// Of a page: number (8), padding (2), flags (2), end of the entries' places (2), begin of the entries (2).
constexpr std::size_t page_head = 16, flags_at = 10, lower_at = 12, upper_at = 14;
constexpr std::uint16_t branch_flag = 1, leaf_flag = 2, overflow_flag = 4;
constexpr std::uint16_t kind_mask = 0xff & ~0x10; // 0x10: not written yet
// Of an entry: size of its value or the page that it leads to (6, or 4 and flags), size of its key (2).
constexpr std::size_t entry_head = 8, entry_flags_at = 4, key_size_at = 6;
constexpr std::uint16_t big_flag = 1, tree_flag = 2;
// Of a database: flags (6), depth (2), then pages of each kind, entries and the root, 8 each.
constexpr std::size_t tree_size = 48, depth_at = 6, branches_at = 8, leaves_at = 16, overflows_at = 24,
                      entries_at = 32, root_at = 40;
// Of a page that leads to a state: after magic, format, address and size of the map two trees, the last page
// and the transaction.
constexpr std::size_t free_tree_at = page_head + 24, main_tree_at = free_tree_at + tree_size,
                      last_page_at = main_tree_at + tree_size, transaction_at = last_page_at + 8;
constexpr std::uint64_t no_root = ~0ull;
constexpr std::size_t deepest = 32;

template <typename Integer>
Integer number_in(std::string_view bytes, std::size_t at) {
    Integer value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

struct Entry {
    std::string_view key, value; // in a leaf; of a big value: where it is
    std::uint64_t child = 0;     // in a branch
    std::uint16_t flags = 0;
    std::size_t size = 0; // with its head
};

bool is_branch(std::string_view page) {
    return (number_in<std::uint16_t>(page, flags_at) & kind_mask) == branch_flag;
}
bool is_leaf(std::string_view page) {
    return (number_in<std::uint16_t>(page, flags_at) & kind_mask) == leaf_flag;
}
std::size_t entries_of(std::string_view page) {
    return (number_in<std::uint16_t>(page, lower_at) - page_head) / 2;
}

[[gnu::always_inline]] inline std::optional<Entry> entry_of(std::string_view page, std::size_t index) {
    const std::size_t at = number_in<std::uint16_t>(page, page_head + 2 * index);
    if (at % 2 != 0 || at < number_in<std::uint16_t>(page, upper_at) || at + entry_head > page.size())
        return std::nullopt;
    Entry entry;
    auto head = page;
    head.remove_prefix(at);
    const std::size_t key = number_in<std::uint16_t>(head, key_size_at);
    entry.flags = number_in<std::uint16_t>(head, entry_flags_at);
    std::size_t value = 0;
    if (is_branch(page)) {
        entry.child = number_in<std::uint32_t>(head, 0) | static_cast<std::uint64_t>(entry.flags) << 32;
    } else {
        if (entry.flags != 0 && entry.flags != big_flag && entry.flags != tree_flag) return std::nullopt;
        value = entry.flags == big_flag ? sizeof(std::uint64_t) : number_in<std::uint32_t>(head, 0);
    }
    entry.size = (entry_head + key + value + 1) & ~std::size_t{1};
    if (entry.size > head.size()) return std::nullopt;
    entry.key = {head.data() + entry_head, key};
    entry.value = {head.data() + entry_head + key, value};
    return entry;
}

class Walk {
public:
    Walk(int file, std::size_t page_size, std::uint64_t last)
        : file_(file), page_size_(page_size), seen_(last + 1) {}

    // The trees of the databases, and that of free pages, whose entries are lists of them.
    void run(std::string_view meta) {
        tree("the databases", meta.substr(main_tree_at, tree_size), [&](const Entry& entry) {
            if (entry.flags == tree_flag && entry.value.size() == tree_size)
                tree(std::string(entry.key), entry.value, {});
            else
                find("the databases", "an entry is none");
        });
        tree("the free pages", meta.substr(free_tree_at, tree_size),
             [&](const Entry& entry) { free_pages(entry); });
    }
    void run_branches(std::string_view meta) {
        tree("the databases", meta.substr(main_tree_at, tree_size), [&](const Entry& entry) {
            only_branches_ = true;
            if (entry.flags == tree_flag && entry.value.size() == tree_size)
                branches(std::string(entry.key), entry.value);
            else
                find("the databases", "an entry is none");
        });
    }
    std::vector<std::string> faults;

private:
    // Its branches: each leads to other pages than all the others, in the order of keys.
    void branches(const std::string& name, std::string_view of) {
        if (number_in<std::uint32_t>(of, 0) != 0 || number_in<std::uint16_t>(of, 4) != 0)
            return find(name, "they are of another kind");
        const auto root = number_in<std::uint64_t>(of, root_at);
        const std::size_t depth = number_in<std::uint16_t>(of, depth_at);
        if ((root == no_root) != (depth == 0) || depth > deepest) return find(name, "they have no root");
        Counted counted;
        if (depth > 1) page(name, root, depth, {}, {}, false, counted, {});
    }
    static bool is_the_page(std::string_view bytes, std::uint64_t number, std::size_t level) {
        return is_whole_page(bytes) && number_in<std::uint64_t>(bytes, 0) == number &&
               (level > 1 ? is_branch(bytes) && entries_of(bytes) > 0 : is_leaf(bytes));
    }

    struct Counted {
        std::uint64_t branches = 0, leaves = 0, overflows = 0, entries = 0;
    };
    using Each = std::function<void(const Entry&)>;

    void find(const std::string& name, const std::string& what) {
        if (faults.size() < most_faults) faults.push_back(fmt::format("The pages of {}: {}.", name, what));
    }

    // The octets of a page that nothing else led to before.
    std::optional<std::string> take(const std::string& name, std::uint64_t number, std::uint64_t pages = 1) {
        if (number < 2 || pages == 0 || number >= seen_.size() || pages > seen_.size() - number) {
            find(name, fmt::format("an entry leads to page {}, which is not there", number));
            return std::nullopt;
        }
        for (auto page = number; page < number + pages; ++page) {
            if (seen_[page]) {
                find(name, fmt::format("page {} is reached twice", page));
                return std::nullopt;
            }
            seen_[page] = true;
        }
        auto bytes = read_at(file_, number * page_size_, page_size_);
        if (!bytes || bytes->size() < page_size_) {
            find(name, fmt::format("page {} cannot be read", number));
            return std::nullopt;
        }
        return std::move(*bytes);
    }

    // Marks a page that is not looked at.
    void lead_to(const std::string& name, std::uint64_t number) {
        if (number < 2 || number >= seen_.size() || seen_[number])
            return find(
                name, fmt::format("an entry leads to page {}, which is not there or reached twice", number));
        seen_[number] = true;
    }

    void tree(const std::string& name, std::string_view of, const Each& each) {
        Counted counted;
        const auto root = number_in<std::uint64_t>(of, root_at);
        const auto faults_before = faults.size();
        if (root != no_root) {
            const bool is_free = name == "the free pages";
            page(name, root, number_in<std::uint16_t>(of, depth_at), {}, {}, is_free, counted, each);
        }
        if (faults.size() > faults_before) return;
        if (counted.branches != number_in<std::uint64_t>(of, branches_at) ||
            counted.leaves != number_in<std::uint64_t>(of, leaves_at) ||
            counted.overflows != number_in<std::uint64_t>(of, overflows_at) ||
            counted.entries != number_in<std::uint64_t>(of, entries_at))
            find(name, fmt::format("there are {} entries and should be {}", counted.entries,
                                   number_in<std::uint64_t>(of, entries_at)));
    }

    // Keys in [from, to); `to` empty: no end. Those of free pages are numbers of the machine's own form.
    void page(const std::string& name, std::uint64_t number, std::size_t depth, std::string from,
              std::string to, bool is_free, Counted& counted, const Each& each) {
        if (depth == 1 && only_branches_) return lead_to(name, number);
        const auto bytes = take(name, number);
        if (!bytes) return;
        const auto kind = depth > 1 ? branch_flag : leaf_flag;
        if (depth == 0 || depth > deepest || !is_the_page(*bytes, number, depth))
            return find(name, fmt::format("page {} does not hold together", number));
        ++(kind == branch_flag ? counted.branches : counted.leaves);
        const auto count = entries_of(*bytes);
        std::string last;
        for (std::size_t index = 0; index < count; ++index) {
            const auto entry = *entry_of(*bytes, index);
            const auto key = is_free ? as_text(entry.key) : std::string(entry.key);
            const bool is_first_of_branch = kind == branch_flag && index == 0; // whose key says nothing
            if (!is_first_of_branch &&
                (key < from || (!to.empty() && key >= to) || (index > 0 && key <= last)))
                return find(name, fmt::format("the keys of page {} are out of order", number));
            if (kind == branch_flag) {
                const auto next = index + 1 < count ? entry_of(*bytes, index + 1)->key : std::string_view{};
                page(name, entry.child, depth - 1, is_first_of_branch ? from : key,
                     index + 1 == count ? to
                     : is_free          ? as_text(next)
                                        : std::string(next),
                     is_free, counted, each);
            } else {
                ++counted.entries;
                if (entry.flags == big_flag) overflow(name, entry, *bytes, index, counted);
                if (each) each(entry);
            }
            if (!is_first_of_branch) last = key;
            if (faults.size() >= most_faults) return;
        }
    }

    static std::string as_text(std::string_view number) {
        std::string text;
        if (number.size() == sizeof(std::uint64_t)) append_big(text, number_in<std::uint64_t>(number, 0));
        return text;
    }

    void overflow(const std::string& name, const Entry& entry, std::string_view leaf, std::size_t index,
                  Counted& counted) {
        const auto at = number_in<std::uint16_t>(leaf, page_head + 2 * index);
        const std::uint64_t size = number_in<std::uint32_t>(leaf, at);
        const auto needed = (page_head - 1 + size) / page_size_ + 1;
        const auto number = number_in<std::uint64_t>(entry.value, 0);
        const auto bytes = take(name, number);
        if (!bytes) return;
        // More than are needed, when a larger value was there before.
        const std::uint64_t pages = number_in<std::uint32_t>(*bytes, lower_at);
        counted.overflows += pages;
        if (number_in<std::uint64_t>(*bytes, 0) != number ||
            (number_in<std::uint16_t>(*bytes, flags_at) & kind_mask) != overflow_flag || pages < needed)
            return find(name, fmt::format("page {} does not hold together", number));
        if (pages > 1) static_cast<void>(take(name, number + 1, pages - 1));
    }

    // A page that is free and in use would be written over.
    void free_pages(const Entry& entry) {
        std::string list(entry.value);
        if (entry.flags == big_flag) {
            const auto number = number_in<std::uint64_t>(entry.value, 0);
            const auto head = read_at(file_, number * page_size_, page_size_);
            if (!head || head->size() < page_size_) return;
            const auto pages = number_in<std::uint32_t>(*head, lower_at);
            auto bytes = read_at(file_, number * page_size_ + page_head, pages * page_size_ - page_head);
            if (!bytes) return;
            list = std::move(*bytes);
        }
        if (list.size() < sizeof(std::uint64_t)) return find("the free pages", "a list is cut short");
        const auto count = number_in<std::uint64_t>(list, 0);
        if (count >= list.size() / sizeof(std::uint64_t))
            return find("the free pages", "a list is cut short");
        for (std::uint64_t index = 1; index <= count; ++index) {
            const auto number = number_in<std::uint64_t>(list, index * sizeof(std::uint64_t));
            if (number < 2 || number >= seen_.size() || seen_[number])
                return find("the free pages", fmt::format("page {} is in use, or free twice", number));
            seen_[number] = true;
        }
    }

    int file_;
    std::size_t page_size_;
    std::vector<bool> seen_;
    bool only_branches_ = false; // of the databases
};

} // namespace

namespace {

// Every page of a long walk comes through here: one look at each entry.
bool holds_together(std::string_view page, bool ordered) {
    if (page.size() < page_head || (!is_leaf(page) && !is_branch(page))) return false;
    const std::size_t lower = number_in<std::uint16_t>(page, lower_at),
                      upper = number_in<std::uint16_t>(page, upper_at);
    if (lower < page_head || lower % 2 != 0 || lower > upper || upper > page.size()) return false;
    std::size_t used = 0;
    std::string_view before;
    for (std::size_t index = 0; index < entries_of(page); ++index) {
        const auto entry = entry_of(page, index);
        if (!entry || (ordered && index > 0 && before >= entry->key)) return false;
        used += entry->size;
        before = entry->key;
    }
    return used == page.size() - upper;
}

} // namespace

bool is_whole_page(std::string_view page) {
    return holds_together(page, false);
}

bool is_ordered_leaf(std::string_view page) {
    return holds_together(page, true) && is_leaf(page);
}

std::optional<std::size_t> entry_at(std::string_view leaf, const char* key) {
    const auto at = static_cast<std::size_t>(key - leaf.data()) - entry_head;
    const auto entries = entries_of(leaf);
    for (std::size_t index = 0; index < entries; ++index)
        if (number_in<std::uint16_t>(leaf, page_head + 2 * index) == at) return index;
    return std::nullopt;
}

std::optional<LeafEntry> entry_of_leaf(std::string_view leaf, std::size_t index) {
    if (index >= entries_of(leaf)) return std::nullopt;
    const auto entry = entry_of(leaf, index);
    if (!entry || entry->flags != 0) return std::nullopt;
    return LeafEntry{entry->key, entry->value};
}

std::optional<std::size_t> room_of_leaf(std::string_view page) {
    if (!is_whole_page(page) || !is_leaf(page)) return std::nullopt;
    return number_in<std::uint16_t>(page, upper_at) - number_in<std::uint16_t>(page, lower_at);
}

namespace {

Result<std::vector<std::string>> walk(Environment& environment, void (Walk::*run)(std::string_view meta)) {
    mdb_filehandle_t file{};
    MDB_stat stat{};
    mdb_env_get_fd(environment.get(), &file);
    mdb_env_stat(environment.get(), &stat);
    // A page that leads to a state is written over two transactions later; but seldom at this moment.
    for (int attempt = 0; attempt < 100; ++attempt) {
        auto* const now = environment.begin_read();
        if (now == nullptr) break;
        const auto transaction = mdb_txn_id(now);
        const auto meta = read_at(file, (transaction & 1) * stat.ms_psize, stat.ms_psize);
        if (!meta) return environment.end_read(now), tl::unexpected(meta.error());
        if (meta->size() == stat.ms_psize && number_in<std::uint64_t>(*meta, transaction_at) == transaction) {
            Walk walk(file, stat.ms_psize, number_in<std::uint64_t>(*meta, last_page_at));
            (walk.*run)(*meta);
            environment.end_read(now);
            return std::move(walk.faults);
        }
        environment.end_read(now);
    }
    return fail(Code::busy, "The store changes too fast to look at its pages.");
}

} // namespace

Result<void> verify_branches(Environment& environment) {
    const auto faults = walk(environment, &Walk::run_branches);
    if (!faults) return tl::unexpected(faults.error());
    if (!faults->empty()) return fail(Code::corrupt, faults->front());
    return {};
}

Result<std::vector<std::string>> verify_pages(Environment& environment) {
    return walk(environment, &Walk::run);
}

} // namespace facteur::store
