#include "engine/fit_queue.h"

#include <errno.h>
#include <time.h>

void fit_queue_init(struct fit_queue *queue) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&queue->lock, NULL);
  pthread_cond_init(&queue->news, &monotonic);
  pthread_condattr_destroy(&monotonic);
}

void fit_queue_release(struct fit_queue *queue) {
  pthread_cond_destroy(&queue->news);
  pthread_mutex_destroy(&queue->lock);
}

bool fit_queue_put(struct fit_queue *queue, uint64_t hash) {
  pthread_mutex_lock(&queue->lock);
  const bool room = queue->count < FIT_QUEUE_MAX;
  if (room) {
    queue->hash[(queue->first + queue->count++) % FIT_QUEUE_MAX] = hash;
    pthread_cond_signal(&queue->news);
  }
  pthread_mutex_unlock(&queue->lock);
  return room;
}

bool fit_queue_take(struct fit_queue *queue, uint64_t *ret_hash) {
  pthread_mutex_lock(&queue->lock);
  const bool there = queue->count > 0;
  if (there) {
    *ret_hash = queue->hash[queue->first];
    queue->first = (queue->first + 1) % FIT_QUEUE_MAX;
    queue->count--;
  }
  pthread_mutex_unlock(&queue->lock);
  return there;
}

size_t fit_queue_count(struct fit_queue *queue) {
  pthread_mutex_lock(&queue->lock);
  const size_t count = queue->count;
  pthread_mutex_unlock(&queue->lock);
  return count;
}

static struct timespec in_seconds(double seconds) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  const int64_t nanoseconds = end.tv_nsec + (int64_t)(seconds * 1e9);
  end.tv_sec += (time_t)(nanoseconds / 1000000000);
  end.tv_nsec = (long)(nanoseconds % 1000000000);
  return end;
}

bool fit_queue_wait(struct fit_queue *queue, double seconds) {
  const struct timespec end = in_seconds(seconds);
  pthread_mutex_lock(&queue->lock);
  while (!queue->ended && pthread_cond_timedwait(&queue->news, &queue->lock, &end) != ETIMEDOUT)
    continue;
  while (!queue->ended && queue->count == 0)
    pthread_cond_wait(&queue->news, &queue->lock);
  const bool go_on = !queue->ended;
  pthread_mutex_unlock(&queue->lock);
  return go_on;
}

void fit_queue_end(struct fit_queue *queue) {
  pthread_mutex_lock(&queue->lock);
  queue->ended = true;
  pthread_cond_broadcast(&queue->news);
  pthread_mutex_unlock(&queue->lock);
}
