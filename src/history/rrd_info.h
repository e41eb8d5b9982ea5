/*
 * What `rrdtool info` says of an RRD file, and which archive of it to read.
 */
#ifndef ANOMALY_HISTORY_RRD_INFO_H
#define ANOMALY_HISTORY_RRD_INFO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { RRD_ARCHIVES_MAX = 64 };

struct rrd_archive {
  char function[16]; /* of consolidation: AVERAGE, MIN, MAX, LAST */
  uint64_t rows;
  uint64_t steps; /* of the file in one row */
};

struct rrd_info {
  double step; /* seconds */
  double last; /* time of the last update */
  struct rrd_archive archives[RRD_ARCHIVES_MAX];
};

/* Reads the program's output; what it does not say stays 0. Any bytes are safe. */
void rrd_info_read(struct rrd_info *ret_info, FILE *output);

/* Seconds of one row, and the time from which on the archive has rows. */
double rrd_archive_step(const struct rrd_info *info, const struct rrd_archive *archive);
double rrd_archive_start(const struct rrd_info *info, const struct rrd_archive *archive);

/*
 * The finest archive of means that goes back to `since`; where none does, the
 * one that goes back farthest. NULL where there are no means.
 */
const struct rrd_archive *rrd_info_choose(const struct rrd_info *info, double since);

#endif
