// The day of a school district, from 07:00 to 19:00, and how often things happen in it.
#pragma once

#include <functional>

namespace facteur::load::academy {

constexpr double day_begins = 7 * 3600, day_lasts = 12 * 3600; // seconds

// How busy it is at a time of the day (seconds since midnight): 1 on average over the day, with peaks at
// 08:00 and 12:00, when people sign in.
double busyness_of_sign_ins(double time);
// The same of mail that comes in: flatter.
double busyness_of_mail(double time);
// The largest of either, at its peak.
double highest_busyness();

} // namespace facteur::load::academy
