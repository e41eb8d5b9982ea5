/*
 * Local regression over evenly spaced numbers.
 *
 * Cleveland, 1979, "Robust locally weighted regression and smoothing
 * scatterplots", as Cleveland, Cleveland, McRae and Terpenning, 1990, use it.
 */
#ifndef ANOMALY_STATS_LOESS_H
#define ANOMALY_STATS_LOESS_H

#include <stddef.h>

struct loess {
  const double *numbers, *weights; /* `count` each, borrowed; weights >= 0, NULL = all 1 */
  size_t count;                    /* at least 1 */
  size_t span;                     /* neighbours that count, odd; may be more than there are */
  int degree;                      /* 0 or 1 */
};

/*
 * The smooth number at `place`: 0 is that of the first one, and places a little
 * outside are fine. Where no neighbour has a weight it is the nearest number.
 */
double loess_at(const struct loess *loess, double place);

#endif
