/*
 * Generated metrics with one fault that is hard to find, at a known place.
 */
#ifndef ANOMALY_TESTS_BENCH_PATIENT_H
#define ANOMALY_TESTS_BENCH_PATIENT_H

#include "history/generate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum patient_fault {
  PATIENT_HEALTHY,
  PATIENT_NO_PEAK,    /* the day goes by as if it were night */
  PATIENT_OTHER_DAY,  /* a Sunday like a Wednesday, a Thursday like a Sunday */
  PATIENT_NO_RESET,   /* a sawtooth goes on rising */
  PATIENT_HALF_RESET, /* it falls half as far */
  PATIENT_NO_JOB,     /* a job of HOURLY or NIGHTLY does not run */
  PATIENT_LATE_JOB,   /* it runs 20 minutes late */
  PATIENT_JUMP,       /* up by 20 times the mean deviation of the values before */
  PATIENT_STUCK,      /* at the last value before */
};

/* Jobs are no kinds of their own: percent of a quiet server, and busy at fixed times. */
enum patient_job {
  PATIENT_NO_JOBS,
  PATIENT_HOURLY,  /* 3 minutes of each hour */
  PATIENT_NIGHTLY, /* 12 minutes of each night */
};

/* What the metric is and what befalls it; times are in hours. */
struct patient_case {
  enum generated_kind kind; /* unless there is a job */
  enum patient_job job;
  enum patient_fault fault;
  double interval; /* seconds */
  double hours;    /* length of the metric */
  double begin, duration;
};

struct patient {
  size_t rows;
  double *time, *value;
  bool *label; /* the fault is there */
};

/* Seeded; false, with nothing to release, where memory runs out. */
bool patient_create(const struct patient_case *what, uint64_t seed, struct patient *ret_patient);
void patient_release(struct patient *patient);

#endif
