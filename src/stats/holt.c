#include "stats/holt.h"

#include "stats/moments.h"
#include "stats/sorted.h"

#include <math.h>

const double holt_gains[HOLT_GAINS] = {.01, .03, .1, .3, .9};

static const double SLOPE_SHARE = .1; /* gain of the slope, as a share of the level's */
static const double CLIP = 3;         /* scales that an error teaches at most */
static const double SCALE_GAIN = .01;
static const double SMALLEST_SCALE = 1e-3;                /* of the series' deviation */
static const double OF_MEAN = 1.2533, OF_MEDIAN = 1.4826; /* deviation over those of sizes */

double holt_error(const struct holt *holt, double season, double value) {
  return value - (holt->level + holt->slope) - season;
}

/* Goes on by a number; returns what the error teaches. */
static double follow(struct holt *holt, double error, double most) {
  const double lesson = fmin(fmax(error, -most), most);
  holt->level += holt->slope + holt->gain * lesson;
  holt->slope += holt->gain * SLOPE_SHARE * lesson;
  return lesson;
}

double holt_learn(struct holt *holt, double error) {
  const double lesson = follow(holt, error, CLIP * holt->scale);
  holt->scale += SCALE_GAIN * (OF_MEAN * fabs(lesson) - holt->scale);
  holt->scale = fmax(holt->scale, holt->smallest);
  return lesson;
}

static struct holt begin(const struct holt_parts *parts, double gain) {
  const double slope = parts->trend[1] - parts->trend[0];
  return (struct holt){.level = parts->trend[0] - slope, .slope = slope, .gain = gain};
}

/* The scale of the errors of forecasts with this gain. */
static double scale_with(const struct holt_parts *parts, double gain, double *memory) {
  struct holt holt = begin(parts, gain);
  for (size_t i = 0; i < parts->count; i++) {
    const double error = holt_error(&holt, parts->season[i], parts->series[i]);
    memory[i] = fabs(error);
    (void)follow(&holt, error, INFINITY);
  }
  sort_numbers(memory, parts->count);
  return OF_MEDIAN * sorted_quantile(memory, parts->count, .5);
}

static double deviation_of(const struct holt_parts *parts) {
  struct moments moments = {0};
  for (size_t i = 0; i < parts->count; i++)
    moments_add(&moments, moments_clamp(parts->series[i]));
  return moments_deviation(&moments);
}

static struct holt begin_at(const struct holt_parts *parts, double gain, double scale) {
  const double deviation = deviation_of(parts);
  struct holt holt = begin(parts, gain);
  holt.smallest = SMALLEST_SCALE * (deviation > 0 ? deviation : 1);
  holt.scale = fmax(scale, holt.smallest);
  return holt;
}

struct holt holt_begin(const struct holt_parts *parts, double *memory) {
  double best = INFINITY, gain = holt_gains[0];
  for (size_t i = 0; i < HOLT_GAINS; i++) {
    const double scale = scale_with(parts, holt_gains[i], memory);
    if (scale < best)
      gain = holt_gains[i];
    best = fmin(best, scale);
  }
  return begin_at(parts, gain, best);
}

struct holt holt_begin_with(const struct holt_parts *parts, double gain, double *memory) {
  return begin_at(parts, gain, scale_with(parts, gain, memory));
}
