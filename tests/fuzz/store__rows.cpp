// Any octets as each kind of row: refused, or a row whose only form they are. The first octet says which.
#include "store/fields_of_rows.h"
#include "store/thread_row.h"

#include <cstdlib>
#include <string_view>

using namespace facteur::store;

namespace {

template <typename Row>
void require_one_form(std::string_view bytes) {
    const auto row = decode_row<Row>(bytes);
    if (row && encode_row(*row) != bytes) std::abort();
}

void read_email(std::string_view bytes) {
    const auto view = EmailView::over(bytes);
    if (!view) return;
    const auto row = view->row();
    for (const auto& ref : row.mailboxes)
        if (!view->in_mailbox(ref.mailbox)) std::abort();
    if (encode(row) != bytes) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 8) {
    case 0: read_email(bytes); break;
    case 1: require_one_form<StructureRow>(bytes); break;
    case 2: require_one_form<MailboxRow>(bytes); break;
    case 3: require_one_form<MailboxCounters>(bytes); break;
    case 4: require_one_form<AccountState>(bytes); break;
    case 5: require_one_form<UploadRow>(bytes); break;
    case 6: require_one_form<AccountRow>(bytes); break;
    default: require_one_form<ThreadRow>(bytes); break;
    }
    return 0;
}
