/*
 * A desk at which incidents arrive: episodes go in, and what a listener hears
 * is kept.
 */
#ifndef ANOMALY_TESTS_INCIDENT_DESK_H
#define ANOMALY_TESTS_INCIDENT_DESK_H

#include "engine/incidents.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOW 1.7e9
#define INTERVAL 10.0
#define DAY 86400.0

enum { KEPT = 64 };

/* What a listener heard. */
struct desk {
  struct incidents *incidents;
  size_t count;
  struct incident_event event[KEPT];
  double clock; /* of the caller: any origin */
  uint64_t next_id;
};
extern struct desk desk;

/* Setup and teardown of a test. */
int open_desk(void **state);
int close_desk(void **state);
#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)

/* An episode with a new id, which opens at `time`. */
struct episode_event episode_of(const char *host, const char *metric, double ratio, double time);

void observe(const struct episode_event *episode);

/* Opens an episode and returns it, to be closed by close_at. */
struct episode_event open_at(const char *host, const char *metric, double ratio, double time);
void close_at(struct episode_event episode, double time);

/* Lets so many seconds of the caller's clock pass. */
void pass(double seconds);

/* The incident of the event of that number, which must be such a change. */
const struct incident *heard(size_t index, enum incident_change change, bool told);

struct incident_stats stats(void);

#endif
