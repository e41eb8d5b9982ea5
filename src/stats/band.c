#include "stats/band.h"

#include <math.h>

struct band band_around(double expected, double width) {
  return (struct band){.expected = expected, .lower = expected - width, .upper = expected + width};
}

double band_clip(const struct band *band, double value) {
  return fmax(band->lower, fmin(value, band->upper));
}

static double ratio_of(const struct band *band, double value) {
  const double distance = fabs(value - band->expected);
  const double limit =
      value >= band->expected ? band->upper - band->expected : band->expected - band->lower;
  if (distance == 0)
    return 0;
  return distance >= BAND_RATIO_MAX * limit ? BAND_RATIO_MAX : distance / limit;
}

static enum anomaly_kind kind_of(const struct band *band, double value) {
  if (value == band->expected)
    return KIND_NONE;
  return value > band->expected ? KIND_SPIKE : KIND_DIP;
}

struct finding band_judge(const struct band *band, double value) {
  return (struct finding){.ratio = ratio_of(band, value),
                          .expected = band->expected,
                          .lower = band->lower,
                          .upper = band->upper,
                          .kind = kind_of(band, value),
                          .ready = true};
}

double gaussian_surprise(double deviations) {
  static const double surprise_max = 300;
  /* Where erfc would underflow, its leading asymptotic term. */
  const double decades = deviations < 30 ? -log10(erfc(deviations / sqrt(2)))
                                         : deviations * deviations / 2 * log10(exp(1)) +
                                               log10(deviations * sqrt(acos(-1) / 2));
  return fmin(fmax(decades, 0), surprise_max);
}
