#include "bench/nab_detectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WINDOW = 6400, STEP = 100 };

static void moments(const double *value, size_t count, double *mean, double *deviation) {
  double sum = 0, squares = 0;
  for (size_t at = 0; at < count; at++)
    sum += value[at];
  *mean = sum / (double)count;
  for (size_t at = 0; at < count; at++)
    squares += (value[at] - *mean) * (value[at] - *mean);
  *deviation = sqrt(squares / (double)count);
  if (*deviation <= 0)
    *deviation = 0.000001;
}

static double as_in_files(double score) {
  char digits[32];
  snprintf(digits, sizeof(digits), "%.12g", score);
  return strtod(digits, NULL);
}

bool nab_windowed_gaussian(const double *value, size_t rows, double *score) {
  double mean = 0, deviation = 1;
  for (size_t row = 0; row < rows; row++) {
    const double sigmas = fabs(value[row] - mean) / deviation;
    score[row] = row == 0 ? 0 : as_in_files(1 - 0.5 * erfc(sigmas / sqrt(2)));
    const size_t seen = row + 1;
    if (seen <= WINDOW)
      moments(value, seen, &mean, &deviation);
    else if ((seen - WINDOW) % STEP == 0)
      moments(value + seen - WINDOW, WINDOW, &mean, &deviation);
  }
  return true;
}

enum { BINS = 5, SAMPLES = 52 };
static const double CHI_SQUARED_99 = 13.276704135987622; /* 4 degrees of freedom */

struct histogram {
  unsigned count[BINS];
};

static struct histogram bin_window(const double *value, double low, double width) {
  struct histogram histogram = {{0}};
  for (size_t at = 0; at < SAMPLES; at++) {
    const double bin = ceil((value[at] - low) / width);
    histogram.count[bin < BINS ? (size_t)bin : BINS - 1]++;
  }
  return histogram;
}

static bool agree(const struct histogram *seen, const struct histogram *known) {
  double entropy = 0;
  for (size_t bin = 0; bin < BINS; bin++) {
    if (seen->count[bin] == 0)
      continue;
    if (known->count[bin] == 0)
      return false;
    const double share = (double)seen->count[bin] / SAMPLES;
    entropy += share * log((double)seen->count[bin] / (double)known->count[bin]);
  }
  return 2 * SAMPLES * entropy < CHI_SQUARED_99;
}

bool nab_relative_entropy(const double *value, size_t rows, double *score) {
  double low = INFINITY, high = -INFINITY;
  for (size_t row = 0; row < rows; row++) {
    low = fmin(low, value[row]);
    high = fmax(high, value[row]);
    score[row] = 0;
  }
  const double width = (high - low) / BINS;
  struct histogram *known = calloc(rows + 1, sizeof(*known));
  if (known == NULL)
    return false;
  size_t known_count = 0;
  for (size_t row = SAMPLES - 1; width > 0 && row < rows; row++) {
    const struct histogram seen = bin_window(value + row + 1 - SAMPLES, low, width);
    bool agrees = false;
    for (size_t at = 0; at < known_count && !agrees; at++)
      agrees = agree(&seen, &known[at]);
    if (agrees)
      continue;
    score[row] = known_count > 0;
    known[known_count++] = seen;
  }
  free(known);
  return true;
}
