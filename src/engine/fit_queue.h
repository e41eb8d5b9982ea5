/*
 * Metrics that wait for the trainer, by their hashes, first come first served.
 * Thread-safe but for init and release.
 */
#ifndef ANOMALY_ENGINE_FIT_QUEUE_H
#define ANOMALY_ENGINE_FIT_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIT_QUEUE_MAX 4096

struct fit_queue {
  pthread_mutex_t lock;
  pthread_cond_t news;
  bool ended;
  size_t first, count;
  uint64_t hash[FIT_QUEUE_MAX];
};

void fit_queue_init(struct fit_queue *queue);
void fit_queue_release(struct fit_queue *queue);

/* False where it is full. */
bool fit_queue_put(struct fit_queue *queue, uint64_t hash);

/* False where it is empty. */
bool fit_queue_take(struct fit_queue *queue, uint64_t *ret_hash);

/* How many wait now. */
size_t fit_queue_count(struct fit_queue *queue);

/*
 * Waits until something is there and `seconds` have passed; false once
 * fit_queue_end was called.
 */
bool fit_queue_wait(struct fit_queue *queue, double seconds);

/* Lets waiting end, now and later. */
void fit_queue_end(struct fit_queue *queue);

#endif
