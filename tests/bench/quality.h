/*
 * The parts of bench_quality: each prints a table of what its watches make of
 * one kind of data, or says that the data is not there.
 */
#ifndef ANOMALY_TESTS_BENCH_QUALITY_H
#define ANOMALY_TESTS_BENCH_QUALITY_H

#include "bench/replay.h"

#include <stdbool.h>
#include <stddef.h>

#define WATCHES_MAX 32

struct watches {
  struct watch watch[WATCHES_MAX];
  size_t count;
  bool each;     /* print a line for each labelled series too */
  bool markdown; /* print the tables of docs/detectors.md */
};

/* Our NAB scorer on detectors of the published scoreboard; needs no watch. */
void quality_nab_check(const struct watches *watches);

/* NAB by onset and by score, three profiles. */
void quality_nab(const struct watches *watches);

/* Event metrics of cloud-monitoring, one row of labels for each series. */
void quality_cloud(const struct watches *watches);

/* Event metrics of whole services: a service alarms where any of its metrics does. */
void quality_services(const struct watches *watches);

/* Event metrics of each metric of six servers, with labels of its own. */
void quality_smd(const struct watches *watches);

/* Event metrics of whole servers and services, by each group detector; needs no watch. */
void quality_groups(const struct watches *watches);

/* What `host` finds in its first days, from a cold start and having seen the past. */
void quality_young(const struct watches *watches);

/*
 * Event metrics of whole servers and services by the models among the watches at preset
 * options, by all of them where none is.
 */
void quality_models(const struct watches *watches);

/* False alarms in the first parts of smd and services, which have no labels. */
void quality_quiet(const struct watches *watches);

/* False alarms on generated metrics at 1, 10, 60 and 300 s. */
void quality_generated(const struct watches *watches);

/* Faults that are hard to find, placed in generated metrics. */
void quality_weaknesses(const struct watches *watches);

#endif
