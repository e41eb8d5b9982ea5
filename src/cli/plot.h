/*
 * What a plot needs of a metric of any length, in little memory: the extremes of
 * what was seen in each of a few hundred spans of time. Spans double where the
 * metric outgrows them.
 */
#ifndef ANOMALY_CLI_PLOT_H
#define ANOMALY_CLI_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLOT_SPANS = 600 };

struct plot_span {
  float low, high;     /* of the values; NaN: none came */
  float lower, upper;  /* of the expected band; NaN: not known */
  float score;         /* the highest */
  bool labelled, used; /* used: something came, if only a gap */
};

struct plot {
  double start; /* of the first span; NaN before the first value */
  double width; /* seconds of a span */
  struct plot_span spans[PLOT_SPANS];
};

/* Makes it one that nothing has come for. */
void plot_init(struct plot *plot);

struct plot_point {
  double time, value, lower, upper, score; /* NaN where not known */
  bool labelled;
};

/* Times do not fall from call to call. */
void plot_add(struct plot *plot, const struct plot_point *point);

/* Spans up to the last one in use. */
size_t plot_length(const struct plot *plot);

#endif
