/*
 * What goes wrong with a generated metric, and where: faults at places that
 * are known, so that finding them can be counted.
 *
 * A fault changes the values between its start and its end and nothing else:
 * the metric goes on as if it had not been. Sizes are counted in the kind's
 * `scale`.
 */
#ifndef ANOMALY_HISTORY_FAULT_H
#define ANOMALY_HISTORY_FAULT_H

#include "history/generate.h"

enum fault_kind {
  FAULT_SPIKE,        /* a few values far above */
  FAULT_DIP,          /* a few values far below */
  FAULT_SHIFT,        /* another level for hours */
  FAULT_DRIFT,        /* slowly away from the usual: a leak, a fouled filter */
  FAULT_VARIANCE,     /* the usual level, but restless */
  FAULT_FLATLINE,     /* stuck at one value */
  FAULT_MISSING_PEAK, /* the day goes by as if it were night */
  FAULT_GAP,          /* no values */
  FAULTS,
};

/* Lower-case name with '_', such as "missing_peak". */
const char *fault_name(enum fault_kind kind);

/* One short sentence without full stop. */
const char *fault_summary(enum fault_kind kind);

/* The kind of that name, or FAULTS. */
enum fault_kind fault_find(const char *name);

/* Whether it can be seen in such a metric: nothing dips below 0 requests. */
bool fault_suits(enum fault_kind fault, enum generated_kind metric);

struct fault {
  enum fault_kind kind;
  double start, end; /* seconds since the epoch; the end is not in it */
};

/*
 * Finds a place for each of `count` faults, whose kinds are given, between
 * three tenths and all of start .. end, in seeded order and without touching
 * one another. Returns false, with the faults in no particular state, where
 * there is no room: a missing peak wants two days to itself, the others ten
 * intervals.
 */
bool fault_place(struct fault *faults, size_t count, double start, double end, double interval,
                 uint64_t seed);

/* A generated metric with faults, which are borrowed, in order of time. */
struct faulty {
  struct generator generator;
  struct generator chance; /* so that faults leave the metric's own alone */
  const struct fault *faults;
  size_t left;
  double held; /* the value it is stuck at; NaN if none */
};

/* Begins one, whose faults do not touch one another. */
struct faulty faulty_of(struct generator generator, const struct fault *faults, size_t count);

/* The next value; NaN where none comes. */
double faulty_next(struct faulty *metric);

#endif
