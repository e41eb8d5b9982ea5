/*
 * The hosts of a past, how many metrics each has, and when these were silent:
 * what the engine cannot know that is given one metric after another.
 */
#ifndef ANOMALY_CLI_ROSTER_H
#define ANOMALY_CLI_ROSTER_H

#include "anomaly/metric.h"

#include <stdbool.h>
#include <stddef.h>

struct roster_host {
  char name[METRIC_PART_SIZE];
  double first_time, last_time; /* of its values */
};

/* From when until when a metric sent nothing; infinite where no value ends it. */
struct roster_silence {
  size_t host;
  double from, until;
};

struct roster {
  struct roster_host *hosts;
  size_t host_count, host_room, last_found;
  struct roster_silence *silences; /* at most ROSTER_SILENCES_MAX */
  size_t silence_count, silence_room;
  bool full; /* a silence was left out */
};
#define ROSTER_SILENCES_MAX (1u << 20)

void roster_release(struct roster *roster);

/* Whether there is a host of that name, and its number. */
bool roster_find(const struct roster *roster, const char *name, size_t *ret_host);

/*
 * The number of the host of that name, which is added if need be. False where
 * memory runs out.
 */
bool roster_hold(struct roster *roster, const char *name, double time, size_t *ret_host);

/* Takes note of a value of the host. */
void roster_note_value(struct roster *roster, size_t host, double time);

/* Takes note of a silence. False where memory runs out. */
bool roster_note_silence(struct roster *roster, const struct roster_silence *silence);

/* Weeks that all hosts cover together. */
double roster_weeks(const struct roster *roster);

#endif
