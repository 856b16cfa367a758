// Any octets as each kind of row: refused, or a row whose only form they are; of an older form, one that is
// read again as it is once it is written in the newest. The first octet says which kind.
#include "store/fields_of_rows.h"
#include "store/thread_row.h"

#include <cstdlib>
#include <string_view>

using namespace facteur::store;

namespace {

template <typename Row>
void require_one_form(std::string_view bytes) {
    const auto row = decode_row<Row>(bytes);
    if (!row) return;
    const auto written = encode_row(*row);
    if (bytes.front() == static_cast<char>(newest_form) && written != bytes) std::abort();
    const auto again = decode_row<Row>(written);
    if (!again || encode_row(*again) != written) std::abort();
}

void read_email(std::string_view bytes) {
    const auto view = EmailView::over(bytes);
    if (!view) return;
    const auto row = view->row();
    if (view->refs() != row.mailboxes || view->is_hidden() != is_hidden(row)) std::abort();
    const auto written = encode(row);
    if (view->is_newest_form() && written != bytes) std::abort();
    const auto again = EmailView::over(written);
    if (!again || encode(again->row()) != written) std::abort();
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
