// Letters of the rectorat to many at once, in the web mail.
#pragma once

#include "bench/load/academy/world.h"

namespace facteur::load::academy {

// u1, who may write to all, writes to so many; it is followed until it is filed for everybody.
void begin_circular(World& world, double due, std::size_t recipients);

} // namespace facteur::load::academy
