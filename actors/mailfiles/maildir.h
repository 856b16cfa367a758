// Names in a Maildir: of messages ("1764036000.M17.facteur,S=1234:2,FS") and of its folders
// (".Projets.&AMk-t&AOk-", Maildir++ with RFC 3501 §5.1.3 names). Pure functions.
#pragma once

#include "store/rows.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace facteur::mailfiles {

// Keywords that have no letter of their own have one of a to z, by their place in the file dovecot-keywords
// of the folder.
class MaildirKeywords {
public:
    MaildirKeywords() = default;
    explicit MaildirKeywords(std::string_view file); // "0 $label1\n1 projet\n…"
    [[nodiscard]] std::string file() const;
    [[nodiscard]] std::string_view name(char letter) const; // empty: none
    char letter_of(std::string_view name);                  // added when there is room; 0 when not

private:
    std::vector<std::string> names_; // at most 26
};

struct MaildirName {
    std::string unique;       // up to the colon: the same whatever the flags
    store::Time received = 0; // 0: not told
    store::Keywords keywords;
    bool trashed = false; // marked to be removed (T)
};
MaildirName read_maildir_name(std::string_view name, const MaildirKeywords& keywords);
std::string maildir_name(store::Time received, store::EmailId email, std::uint64_t size,
                         const store::Keywords& flags, MaildirKeywords& keywords);

// ".Projets.2026" to {"Projets", "2026"}, and back.
std::vector<std::string> maildir_folder_path(std::string_view folder);
std::string maildir_folder(const std::vector<std::string>& names);

} // namespace facteur::mailfiles
