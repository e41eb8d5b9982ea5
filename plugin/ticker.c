#include "plugin/ticker.h"

#include "anomaly/status.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct ticker {
  double seconds;
  void (*tick)(void *context);
  void *context;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t stop;
  bool stopping;
};

double ticker_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct timespec in_seconds(double seconds) {
  const double end = ticker_now() + seconds;
  return (struct timespec){.tv_sec = (time_t)end, .tv_nsec = (long)((end - floor(end)) * 1e9)};
}

/* False once it is to stop. */
static bool wait_for_next(struct ticker *ticker) {
  const struct timespec end = in_seconds(ticker->seconds);
  pthread_mutex_lock(&ticker->lock);
  while (!ticker->stopping &&
         pthread_cond_timedwait(&ticker->stop, &ticker->lock, &end) != ETIMEDOUT)
    continue;
  const bool go_on = !ticker->stopping;
  pthread_mutex_unlock(&ticker->lock);
  return go_on;
}

static void *run(void *argument) {
  struct ticker *const ticker = argument;
  while (wait_for_next(ticker))
    ticker->tick(ticker->context);
  return NULL;
}

static void release(struct ticker *ticker) {
  pthread_cond_destroy(&ticker->stop);
  pthread_mutex_destroy(&ticker->lock);
  free(ticker);
}

int ticker_create(struct ticker **ret_ticker, double seconds, void (*tick)(void *context),
                  void *context) {
  struct ticker *const ticker = calloc(1, sizeof *ticker);
  if (ticker == NULL)
    return STATUS_NO_MEMORY;
  ticker->seconds = seconds;
  ticker->tick = tick;
  ticker->context = context;
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&ticker->lock, NULL);
  pthread_cond_init(&ticker->stop, &monotonic);
  pthread_condattr_destroy(&monotonic);
  if (pthread_create(&ticker->thread, NULL, run, ticker) != 0) {
    release(ticker);
    return STATUS_IO;
  }
  *ret_ticker = ticker;
  return STATUS_OK;
}

void ticker_destroy(struct ticker *ticker) {
  if (ticker == NULL)
    return;
  pthread_mutex_lock(&ticker->lock);
  ticker->stopping = true;
  pthread_cond_signal(&ticker->stop);
  pthread_mutex_unlock(&ticker->lock);
  pthread_join(ticker->thread, NULL);
  release(ticker);
}
