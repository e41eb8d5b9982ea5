#include "store/anomaly_log.h"

#include "anomaly/status.h"
#include "base/hash.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Metrics whose number of verdicts is known; one that takes another's place is counted anew. */
enum { COUNTED = 4096 };

static const double HOUR = 3600;

/* What was taken of a metric in an hour. */
struct taken {
  uint64_t metric; /* hash of its name */
  double hour;
  unsigned verdicts, changes;
};

struct anomaly_log {
  uint64_t hash_seed;
  pthread_mutex_t lock;
  size_t first, count; /* in queue, which is a ring */
  uint64_t left_out;
  struct taken taken[COUNTED];
  struct episode_event queue[ANOMALY_LOG_ROOM];
};

int anomaly_log_create(struct anomaly_log **ret_log, uint64_t hash_seed) {
  struct anomaly_log *const log = calloc(1, sizeof *log);
  if (log == NULL)
    return STATUS_NO_MEMORY;
  log->hash_seed = hash_seed;
  pthread_mutex_init(&log->lock, NULL);
  *ret_log = log;
  return STATUS_OK;
}

void anomaly_log_destroy(struct anomaly_log *log) {
  if (log == NULL)
    return;
  pthread_mutex_destroy(&log->lock);
  free(log);
}

static uint64_t hash_of(const struct metric_name *name, uint64_t seed) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    seed = hash_bytes(name->part[part], strlen(name->part[part]), seed);
  return seed;
}

static struct taken *taken_of(struct anomaly_log *log, uint64_t metric, double hour) {
  struct taken *const taken = &log->taken[metric % COUNTED];
  if (taken->metric != metric || taken->hour != hour)
    *taken = (struct taken){.metric = metric, .hour = hour};
  return taken;
}

static bool is_welcome(struct anomaly_log *log, uint64_t metric,
                       const struct episode_event *verdict) {
  struct taken *const taken = taken_of(log, metric, floor(verdict->verdict.time / HOUR));
  if (verdict->change == EPISODE_UNCHANGED)
    return taken->verdicts < ANOMALY_LOG_VERDICTS && ++taken->verdicts > 0;
  return taken->changes < ANOMALY_LOG_CHANGES && ++taken->changes > 0;
}

bool anomaly_log_put(struct anomaly_log *log, const struct episode_event *verdict) {
  const uint64_t metric = hash_of(&verdict->metric, log->hash_seed);
  bool is_half_full = false;
  pthread_mutex_lock(&log->lock);
  if (log->count < ANOMALY_LOG_ROOM && is_welcome(log, metric, verdict)) {
    log->queue[(log->first + log->count++) % ANOMALY_LOG_ROOM] = *verdict;
    is_half_full = log->count == ANOMALY_LOG_ROOM / 2;
  } else {
    log->left_out++;
  }
  pthread_mutex_unlock(&log->lock);
  return is_half_full;
}

size_t anomaly_log_peek(struct anomaly_log *log, const struct episode_event **ret_verdicts) {
  pthread_mutex_lock(&log->lock);
  const size_t first = log->first;
  const size_t to_end = ANOMALY_LOG_ROOM - first;
  const size_t count = log->count < to_end ? log->count : to_end;
  pthread_mutex_unlock(&log->lock);
  *ret_verdicts = &log->queue[first];
  return count;
}

/* An empty queue begins at its front again: the memory behind it is not touched for a few. */
void anomaly_log_drop(struct anomaly_log *log, size_t count) {
  pthread_mutex_lock(&log->lock);
  log->count -= count;
  log->first = log->count == 0 ? 0 : (log->first + count) % ANOMALY_LOG_ROOM;
  pthread_mutex_unlock(&log->lock);
}

uint64_t anomaly_log_left_out(struct anomaly_log *log) {
  pthread_mutex_lock(&log->lock);
  const uint64_t left_out = log->left_out;
  pthread_mutex_unlock(&log->lock);
  return left_out;
}
