// Mail that comes from outside, by SMTP: one letter, or what a school's program sends after a class council.
#pragma once

#include "bench/load/academy/world.h"

namespace facteur::load::academy {

// To somebody, more often to those who have much mail; one in seven to several.
void begin_incoming(World& world, double due);
// The report cards of a class, all due at once: some thirty letters with a PDF each, to a teacher and to two
// others.
void begin_class_council(World& world, double due);

} // namespace facteur::load::academy
