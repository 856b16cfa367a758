// A person at her web mail: signs in, reads, searches, writes, is told of new mail, signs out.
#pragma once

#include "bench/load/academy/world.h"

namespace facteur::load::academy {

// When she does what is fixed as she comes, whatever the server takes: it is the clock's, not the answers'.
void begin_webmail(World& world, double due);

} // namespace facteur::load::academy
