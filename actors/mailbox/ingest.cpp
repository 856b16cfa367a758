#include "actors/mailbox/ingest.h"

#include "store/rows_codec.h"

namespace facteur {

store::Result<std::shared_ptr<const IngestedEmail>> reload(std::string body, std::string_view row,
                                                           std::string_view structure) {
    const auto view = store::EmailView::over(row);
    if (!view) return tl::unexpected(view.error());
    auto decoded = store::decode_structure(structure);
    if (!decoded) return tl::unexpected(decoded.error());
    auto email = std::make_shared<IngestedEmail>();
    email->row = view->row();
    email->structure = std::move(*decoded);
    email->body = {email->row.body, std::make_shared<const std::string>(std::move(body))};
    return std::shared_ptr<const IngestedEmail>(std::move(email));
}

} // namespace facteur
