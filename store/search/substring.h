// Text that is looked for anywhere, also within words (IMAP's SEARCH): what the index can say of it, and how
// a text is judged. Internal to search.
#pragma once

#include "store/search/search.h"

#include <string>
#include <string_view>
#include <vector>

namespace facteur::store::search {

struct Substring {
    // What a word of a text that has it looks like; all in one field.
    struct Piece {
        std::string word;
        bool open_front = false, open_back = false; // other letters may stand there
    };
    std::string folded;
    std::vector<Piece> pieces; // none: the index cannot help, because there is no word in it, or one of a
                               // script without spaces, which is cut differently where other letters stand
    [[nodiscard]] bool is_within_word() const { // then a word that has it is proof
        return pieces.size() == 1 && pieces.front().word == folded;
    }
};
Substring make_substring(std::string_view text);

inline bool has_substring(std::string_view text, const Substring& wanted) {
    return fold_text(text).find(wanted.folded) != std::string::npos;
}

} // namespace facteur::store::search
