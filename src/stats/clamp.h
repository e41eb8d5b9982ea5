/*
 * Smaller, larger, bounded. Plain comparisons, so that they compile to one
 * instruction each; neither operand may be NaN.
 */
#ifndef ANOMALY_STATS_CLAMP_H
#define ANOMALY_STATS_CLAMP_H

#include <stdbool.h>

static inline float float_min(float a, float b) { return a < b ? a : b; }
static inline float float_max(float a, float b) { return a > b ? a : b; }
static inline float float_clamp(float x, float low, float high) {
  return float_min(float_max(x, low), high);
}

/* false for NaN */
static inline bool float_within(float x, float low, float high) { return x >= low && x <= high; }

static inline double double_min(double a, double b) { return a < b ? a : b; }
static inline double double_max(double a, double b) { return a > b ? a : b; }
static inline double double_clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

#endif
