// The text of an email that is searched, from its rows and its body. Internal to indexing.
#pragma once

#include "store/search/search.h"
#include "store/store.h"

namespace facteur {

// Only the fields in `fields` (bits 1 << Field). False when some of it could not be read and is missing.
bool fill_document(const store::Snapshot& now, const store::EmailView& email,
                   const store::StructureRow& structure, std::uint32_t fields,
                   store::search::Document& document);

} // namespace facteur
