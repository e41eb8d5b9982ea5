/*
 * A progress bar on stderr, for somebody who waits for a long file.
 */
#ifndef ANOMALY_CLI_PROGRESS_H
#define ANOMALY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
  bool wanted;
  bool shown;
  uint64_t total; /* bytes, or whatever else is counted */
  double started, next;
};

/*
 * Wanted where stderr is a terminal, stdout is none, and `input` is a long
 * regular file.
 */
struct progress progress_of(FILE *input);

/* The same for what is no file: `total` of anything, told only to who waits for seconds. */
struct progress progress_start(uint64_t total);

/* Draws the bar, at most five times a second. */
void progress_update(struct progress *progress, uint64_t done, uint64_t rows);

/* Takes the bar away. */
void progress_clear(struct progress *progress);

#endif
