#include "engine/outbox.h"

#include "anomaly/status.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { CAPACITY_MAX = 65536, UNTOLD = 64 };

/* A ring of events; one that was merged away stays as a hole until its turn. */
struct entry {
  bool dead;
  struct incident_event event;
};

struct outbox {
  struct outbox_receiver receiver;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t work;  /* something waits, or the end has come */
  pthread_cond_t empty; /* nothing waits and nothing is under way */
  struct entry *ring;
  size_t capacity, first, used; /* used counts the holes too */
  bool delivering, stopping;
  uint64_t untold[UNTOLD]; /* incidents whose beginning found no room, the latest, as a ring */
  size_t untold_count;
  bool has_summary;
  struct outbox_summary summary;
  struct outbox_stats stats;
};

static struct entry *entry_at(struct outbox *outbox, size_t index) {
  return &outbox->ring[(outbox->first + index) % outbox->capacity];
}

static void drop_dead(struct outbox *outbox) {
  while (outbox->used > 0 && outbox->ring[outbox->first].dead) {
    outbox->first = (outbox->first + 1) % outbox->capacity;
    outbox->used--;
  }
}

static bool has_work(const struct outbox *outbox) {
  return outbox->used > 0 || outbox->has_summary;
}

/* What the receiver gets next; the lock is given up while it has it. */
static void deliver_next(struct outbox *outbox) {
  if (outbox->used > 0) {
    const struct incident_event event = outbox->ring[outbox->first].event;
    outbox->ring[outbox->first].dead = true;
    drop_dead(outbox);
    outbox->stats.waiting--;
    pthread_mutex_unlock(&outbox->lock);
    outbox->receiver.event(outbox->receiver.context, &event);
    pthread_mutex_lock(&outbox->lock);
    outbox->stats.delivered++;
  } else {
    const struct outbox_summary summary = outbox->summary;
    outbox->summary = (struct outbox_summary){0};
    outbox->has_summary = false;
    pthread_mutex_unlock(&outbox->lock);
    outbox->receiver.summary(outbox->receiver.context, &summary);
    pthread_mutex_lock(&outbox->lock);
  }
}

static void *run(void *argument) {
  struct outbox *const outbox = argument;
  pthread_mutex_lock(&outbox->lock);
  for (;;) {
    while (!outbox->stopping && !has_work(outbox))
      pthread_cond_wait(&outbox->work, &outbox->lock);
    if (outbox->stopping)
      break;
    outbox->delivering = true;
    deliver_next(outbox);
    outbox->delivering = false;
    if (!has_work(outbox))
      pthread_cond_broadcast(&outbox->empty);
  }
  pthread_mutex_unlock(&outbox->lock);
  return NULL;
}

static void init_conditions(struct outbox *outbox) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&outbox->lock, NULL);
  pthread_cond_init(&outbox->work, &monotonic);
  pthread_cond_init(&outbox->empty, &monotonic);
  pthread_condattr_destroy(&monotonic);
}

static void release(struct outbox *outbox) {
  pthread_cond_destroy(&outbox->work);
  pthread_cond_destroy(&outbox->empty);
  pthread_mutex_destroy(&outbox->lock);
  free(outbox->ring);
  free(outbox);
}

int outbox_create(struct outbox **ret_outbox, size_t capacity,
                  const struct outbox_receiver *receiver) {
  if (capacity == 0 || capacity > CAPACITY_MAX)
    return STATUS_INVALID;
  struct outbox *const outbox = calloc(1, sizeof *outbox);
  struct entry *const ring = calloc(capacity, sizeof *ring);
  if (outbox == NULL || ring == NULL) {
    free(outbox);
    free(ring);
    return STATUS_NO_MEMORY;
  }
  outbox->receiver = *receiver;
  outbox->ring = ring;
  outbox->capacity = capacity;
  init_conditions(outbox);
  if (pthread_create(&outbox->thread, NULL, run, outbox) != 0) {
    release(outbox);
    return STATUS_IO;
  }
  *ret_outbox = outbox;
  return STATUS_OK;
}

void outbox_destroy(struct outbox *outbox) {
  if (outbox == NULL)
    return;
  pthread_mutex_lock(&outbox->lock);
  outbox->stopping = true;
  pthread_cond_broadcast(&outbox->work);
  pthread_mutex_unlock(&outbox->lock);
  pthread_join(outbox->thread, NULL);
  release(outbox);
}

static struct entry *find_waiting(struct outbox *outbox, uint64_t incident) {
  for (size_t i = 0; i < outbox->used; i++) {
    struct entry *const entry = entry_at(outbox, i);
    if (!entry->dead && entry->event.incident.id == incident)
      return entry;
  }
  return NULL;
}

static bool was_left_out(const struct outbox *outbox, uint64_t incident) {
  for (size_t i = 0; i < UNTOLD && i < outbox->untold_count; i++)
    if (outbox->untold[i] == incident)
      return true;
  return false;
}

/* Openings leave room for the ends of incidents that were told already. */
static size_t room_for(const struct outbox *outbox, enum incident_change change) {
  return change == INCIDENT_BEGAN ? outbox->capacity - outbox->capacity / 4 : outbox->capacity;
}

static void note_overflow(struct outbox *outbox, const struct incident_event *event) {
  struct outbox_summary *const summary = &outbox->summary;
  summary->opened += event->change == INCIDENT_BEGAN;
  summary->escalated += event->change == INCIDENT_WORSENED;
  summary->closed += event->change == INCIDENT_ENDED;
  if (!outbox->has_summary)
    summary->first_time = event->incident.last;
  summary->last_time = fmax(summary->last_time, event->incident.last);
  outbox->has_summary = true;
  outbox->stats.overflowed++;
}

static void remove_waiting(struct outbox *outbox, struct entry *waiting) {
  note_overflow(outbox, &waiting->event);
  waiting->dead = true;
  outbox->stats.waiting--;
  drop_dead(outbox);
}

/*
 * The waiting event takes over the newer one: an opening stays an opening with
 * the newer verdict, an escalation gives way to the end. An incident that ends
 * before its opening was told is not told at all.
 */
static void merge(struct outbox *outbox, struct entry *waiting,
                  const struct incident_event *event) {
  const bool was_opening = waiting->event.change == INCIDENT_BEGAN;
  outbox->stats.merged++;
  if (!was_opening) {
    waiting->event = *event;
    return;
  }
  if (event->change != INCIDENT_ENDED) {
    waiting->event = *event;
    waiting->event.change = INCIDENT_BEGAN;
    return;
  }
  for (; waiting != NULL; waiting = find_waiting(outbox, event->incident.id))
    remove_waiting(outbox, waiting);
  note_overflow(outbox, event);
}

/* What has no place: of an incident that was left out nothing more is told. */
static void leave_out(struct outbox *outbox, const struct incident_event *event) {
  if (event->change == INCIDENT_BEGAN)
    outbox->untold[outbox->untold_count++ % UNTOLD] = event->incident.id;
  note_overflow(outbox, event);
}

static void append(struct outbox *outbox, const struct incident_event *event) {
  *entry_at(outbox, outbox->used) = (struct entry){.event = *event};
  outbox->used++;
  outbox->stats.waiting++;
}

void outbox_put(void *context, const struct incident_event *event) {
  struct outbox *const outbox = context;
  if (!event->told)
    return;
  pthread_mutex_lock(&outbox->lock);
  outbox->stats.put++;
  if (was_left_out(outbox, event->incident.id))
    note_overflow(outbox, event);
  else if (outbox->used < room_for(outbox, event->change))
    append(outbox, event);
  else {
    struct entry *const waiting = find_waiting(outbox, event->incident.id);
    if (waiting != NULL)
      merge(outbox, waiting, event);
    else
      leave_out(outbox, event);
  }
  pthread_cond_signal(&outbox->work);
  pthread_mutex_unlock(&outbox->lock);
}

static struct timespec deadline_in(double seconds) {
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  const double end = (double)deadline.tv_nsec * 1e-9 + fmin(fmax(seconds, 0), 1e6);
  deadline.tv_sec += (time_t)end;
  deadline.tv_nsec = (long)((end - floor(end)) * 1e9);
  return deadline;
}

bool outbox_drain(struct outbox *outbox, double seconds) {
  const struct timespec deadline = deadline_in(seconds);
  pthread_mutex_lock(&outbox->lock);
  int status = 0;
  while ((has_work(outbox) || outbox->delivering) && status != ETIMEDOUT)
    status = pthread_cond_timedwait(&outbox->empty, &outbox->lock, &deadline);
  const bool drained = !has_work(outbox) && !outbox->delivering;
  pthread_mutex_unlock(&outbox->lock);
  return drained;
}

void outbox_stats(struct outbox *outbox, struct outbox_stats *ret_stats) {
  pthread_mutex_lock(&outbox->lock);
  *ret_stats = outbox->stats;
  pthread_mutex_unlock(&outbox->lock);
}
