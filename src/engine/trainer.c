#include "anomaly/trainer.h"

#include "anomaly/status.h"
#include "engine/engine_private.h"

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/*
 * Well below everybody else, but not idle: who never gets a processor while it
 * holds a lock for some microseconds would stop all others who want it.
 */
enum { NICENESS = 10 };

static const double REST_MOST = 60; /* seconds */

struct trainer {
  struct engine *engine;
  pthread_t thread;
  atomic_bool stop;
};

static double processor_seconds(void) {
  struct timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* Elsewhere the niceness of a thread is that of its whole process. */
static void lower_priority(void) {
#ifdef __linux__
  (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
#endif
}

static void *run(void *argument) {
  struct trainer *const trainer = argument;
  struct engine *const engine = trainer->engine;
  const double rest = 100 / engine->options.trainer_cpu - 1;
  double used = processor_seconds();
  lower_priority();
  for (double pause = 0; fit_queue_wait(&engine->fit_queue, pause);) {
    engine_fit_next(engine, &trainer->stop);
    const double now = processor_seconds();
    pause = fmin((now - used) * rest, REST_MOST);
    used = now;
  }
  return NULL;
}

int trainer_create(struct trainer **ret_trainer, struct engine *engine) {
  struct trainer *const trainer = calloc(1, sizeof *trainer);
  if (trainer == NULL)
    return STATUS_NO_MEMORY;
  trainer->engine = engine;
  if (pthread_create(&trainer->thread, NULL, run, trainer) != 0) {
    free(trainer);
    return STATUS_IO;
  }
  *ret_trainer = trainer;
  return STATUS_OK;
}

void trainer_destroy(struct trainer *trainer) {
  if (trainer == NULL)
    return;
  atomic_store(&trainer->stop, true);
  fit_queue_end(&trainer->engine->fit_queue);
  pthread_join(trainer->thread, NULL);
  free(trainer);
}
