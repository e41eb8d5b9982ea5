/*
 * What each detector of the list claims: one row each, in claims.c, for
 * test_detector_claims.c to hold it to.
 */
#ifndef ANOMALY_TESTS_CLAIMS_H
#define ANOMALY_TESTS_CLAIMS_H

#include "anomaly/detector.h"

#include <stdbool.h>

enum signal {
  GAUSSIAN,
  HEAVY_TAILED,
  SEASONAL,
  CONSTANT,
  SPARSE,
  SATURATING,
  COUNTER_LIKE,
  SIGNALS
};

/* What can go wrong with a Gaussian signal of mean 50 and deviation 2 (or a seasonal one). */
enum fault {
  SPIKE,
  DIP,
  STEP,
  DRIFT,
  WIDER,
  NARROWER,
  STUCK,
  ODD_SHAPE,
  NO_PEAK,
  HIDDEN_DRIFT,
  FAULTS
};

#define FAULT(fault) (1u << (fault))
#define OUTLIERS (FAULT(SPIKE) | FAULT(DIP))

struct claim {
  const char *detector;
  const char *settings; /* options under which it claims all this; NULL = presets */
  unsigned faults;      /* that it finds: bits of FAULT() */
  unsigned accepts;     /* of those, the ones that are usual when they last */
  bool judges_silence;
  bool follows;         /* a lasting new level is usual after a while */
  bool slow;            /* takes two hours to see a new level, not ten minutes */
  double dates;         /* seconds that it may err in when a step began; 0 = does not tell */
  bool forgets;         /* a level left for good is odd when it comes back */
  bool measures_bounds; /* by given bounds: nothing is a surprise */
  double farthest;      /* new levels up to so far off are followed */
  double settle;        /* seconds after which it is ready and its alarms are counted */
  double accept;        /* seconds after which a lasting new level, or fault, is usual */
  double recovery;      /* seconds of ordinary values that undo hostile ones */
  double false_alarms[SIGNALS]; /* greatest share of values over the line */
};

/* The row of that detector; fails the test where there is none. */
const struct claim *claim_of(const struct detector *detector);

#endif
