#include "bench/load/academy/day.h"

#include <algorithm>
#include <cmath>

namespace facteur::load::academy {
namespace {

constexpr double minute = 60, hour = 60 * minute;

double peak(double time, double at, double width) {
    const auto away = (time - at) / width;
    return std::exp(-away * away / 2);
}

// Of sums, not yet 1 on average.
double raw_sign_ins(double time) {
    return 0.5 + 4.5 * peak(time, 8 * hour, 15 * minute) + 3 * peak(time, 12 * hour, 25 * minute) +
           1.2 * peak(time, 17 * hour, 40 * minute);
}

double raw_mail(double time) {
    return 0.6 + peak(time, 9 * hour, hour) + peak(time, 14 * hour, 1.5 * hour);
}

double mean(double (*of)(double)) {
    constexpr int steps = 720;
    double sum = 0;
    for (int step = 0; step < steps; ++step)
        sum += of(day_begins + day_lasts * (step + 0.5) / steps);
    return sum / steps;
}

} // namespace

double busyness_of_sign_ins(double time) {
    static const double average = mean(raw_sign_ins);
    return raw_sign_ins(time) / average;
}

double busyness_of_mail(double time) {
    static const double average = mean(raw_mail);
    return raw_mail(time) / average;
}

double highest_busyness() {
    double highest = 0;
    for (double time = day_begins; time < day_begins + day_lasts; time += minute)
        highest = std::max({highest, busyness_of_sign_ins(time), busyness_of_mail(time)});
    return highest;
}

} // namespace facteur::load::academy
