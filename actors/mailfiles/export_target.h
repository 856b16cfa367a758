// Writes mailboxes to a folder, as a Maildir (Maildir++) or as mbox files; a repeated export completes what
// an earlier one began.
//
// Maildir: a message that is there already (known by the name that it was given) is not written again, only
// renamed when its flags changed. mbox: a file has its name once it is whole, and is ".part" until then.
// Octets of messages are written as they are stored; an mbox adds a line end to a last line that has none.
#pragma once

#include "actors/commands/console.h"
#include "store/rows.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace facteur::mailfiles {

struct ExportedEmail {
    store::EmailId id = 0;
    store::Time received = 0;
    std::uint64_t size = 0;
    store::Keywords keywords;
};

class ExportTarget {
public:
    virtual ~ExportTarget() = default;

    // False: this mailbox is there already, whole.
    virtual Result<bool> begin_mailbox(const std::vector<std::string>& names, bool is_inbox) = 0;
    // False: it is there already; else its octets are wanted by `write`.
    virtual Result<bool> wants(const ExportedEmail& email) = 0;
    virtual Result<void> write(const ExportedEmail& email, std::string_view message) = 0;
    virtual Result<void> end_mailbox() = 0;
};

std::unique_ptr<ExportTarget> maildir_target(Console& console, std::string folder);
// `keep_whole`: files that an earlier export has completed are left as they are.
std::unique_ptr<ExportTarget> mbox_target(Console& console, std::string folder, bool keep_whole);

// Writes all of it, or says why not.
Result<void> write_file(const Descriptor& file, std::string_view bytes, const std::string& path);

} // namespace facteur::mailfiles
