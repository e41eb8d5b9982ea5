/*
 * Verdicts over the line on their way to the table anomalies: a bounded queue
 * from the threads that judge to the writer. What has no room, or would be too
 * much of one metric, is counted.
 */
#ifndef ANOMALY_STORE_ANOMALY_LOG_H
#define ANOMALY_STORE_ANOMALY_LOG_H

#include "anomaly/episode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANOMALY_LOG_ROOM 4096   /* verdicts that wait at most */
#define ANOMALY_LOG_VERDICTS 10 /* of a metric and hour of the data that change nothing */
#define ANOMALY_LOG_CHANGES 50  /* of a metric and hour that change its episode */

struct anomaly_log;

/* Errors: STATUS_NO_MEMORY. */
int anomaly_log_create(struct anomaly_log **ret_log, uint64_t hash_seed);

/* NULL is fine. */
void anomaly_log_destroy(struct anomaly_log *log);

/*
 * Takes a copy. Thread-safe; waits for no more than another copy. True where the
 * queue has become half full: it should be emptied.
 */
bool anomaly_log_put(struct anomaly_log *log, const struct episode_event *verdict);

/*
 * The oldest that wait, as many as lie side by side; borrowed until anomaly_log_drop
 * removes the first `count` of them. One thread only.
 */
size_t anomaly_log_peek(struct anomaly_log *log, const struct episode_event **ret_verdicts);
void anomaly_log_drop(struct anomaly_log *log, size_t count);

/* Verdicts that were not taken, so far. */
uint64_t anomaly_log_left_out(struct anomaly_log *log);

#endif
