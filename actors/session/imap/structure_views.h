// A structure row in the neutral forms that transport/imap writes ENVELOPE and BODYSTRUCTURE from and
// resolves sections against. What they give points into the row. Pure functions.
#pragma once

#include "store/envelope_in_row.h"
#include "store/rows.h"
#include "transport/imap/body_structure.h"
#include "transport/imap/envelope.h"
#include "transport/imap/section.h"

#include <deque>
#include <vector>

namespace facteur {

// Of the message itself. Needs a row that is complete, as `body_parts_of` does.
imap::EnvelopeView envelope_of(const store::StructureView& structure);
// The same into a view whose lists keep their room.
void read_envelope(const store::EnvelopeInRow& row, imap::EnvelopeView& into);

struct BodyPartViews {
    std::vector<imap::BodyPart> parts;
    std::deque<imap::EnvelopeView> envelopes; // what `parts` point to
};
// Into views whose lists keep their room.
void read_body_parts(const store::StructureView& structure, BodyPartViews& into);

// Of any row.
std::vector<imap::SectionPart> sections_of(const store::StructureView& structure);

} // namespace facteur
