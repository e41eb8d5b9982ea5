#include "engine/outbox.h"

#include "anomaly/status.h"
#include "unit/alloc_fail.h"
#include "unit/unit_test.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>

/* What matters of an event. */
struct letter {
  uint64_t id;
  enum incident_change change;
  uint32_t metrics;
};

/* A receiver that waits for leave, and what it got. */
struct desk {
  struct outbox *outbox;
  pthread_mutex_t lock;
  sem_t entered, leave;
  bool slow;
  struct letter letters[64];
  size_t count;
  struct outbox_summary summary;
  size_t summaries;
};

static void take_event(void *context, const struct incident_event *event) {
  struct desk *const desk = context;
  if (desk->slow) {
    sem_post(&desk->entered);
    sem_wait(&desk->leave);
  }
  pthread_mutex_lock(&desk->lock);
  if (desk->count < 64)
    desk->letters[desk->count++] = (struct letter){
        .id = event->incident.id, .change = event->change, .metrics = event->incident.metrics};
  pthread_mutex_unlock(&desk->lock);
}

static void take_summary(void *context, const struct outbox_summary *summary) {
  struct desk *const desk = context;
  pthread_mutex_lock(&desk->lock);
  desk->summary = *summary;
  desk->summaries++;
  pthread_mutex_unlock(&desk->lock);
}

static void open_desk(struct desk *desk, size_t capacity, bool slow) {
  memset(desk, 0, sizeof *desk);
  pthread_mutex_init(&desk->lock, NULL);
  sem_init(&desk->entered, 0, 0);
  sem_init(&desk->leave, 0, 0);
  desk->slow = slow;
  const struct outbox_receiver receiver = {take_event, take_summary, desk};
  assert_int_equal(outbox_create(&desk->outbox, capacity, &receiver), STATUS_OK);
}

static void close_desk(struct desk *desk) {
  outbox_destroy(desk->outbox);
  sem_destroy(&desk->entered);
  sem_destroy(&desk->leave);
  pthread_mutex_destroy(&desk->lock);
}

static void put(struct desk *desk, uint64_t id, enum incident_change change) {
  const struct incident_event event = {
      .change = change,
      .told = true,
      .incident = {.id = id, .last = 1000 + (double)id, .metrics = change + 1U}};
  outbox_put(desk->outbox, &event);
}

/* Fills the desk: one event is under way and blocked, `waiting` wait behind it. */
static void block_with(struct desk *desk, uint64_t first_id, unsigned waiting) {
  put(desk, first_id, INCIDENT_BEGAN);
  sem_wait(&desk->entered);
  for (unsigned i = 1; i <= waiting; i++)
    put(desk, first_id + i, INCIDENT_BEGAN);
}

static void let_all_go(struct desk *desk) {
  desk->slow = false;
  sem_post(&desk->leave);
  assert_true(outbox_drain(desk->outbox, 10));
}

static void events_arrive_in_order(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 64, false);
  for (uint64_t id = 0; id < 40; id++)
    put(&desk, id, INCIDENT_BEGAN);
  assert_true(outbox_drain(desk.outbox, 10));
  assert_int_equal(desk.count, 40);
  for (uint64_t id = 0; id < 40; id++)
    assert_int_equal(desk.letters[id].id, id);
  struct outbox_stats stats;
  outbox_stats(desk.outbox, &stats);
  assert_int_equal(stats.put, 40);
  assert_int_equal(stats.delivered, 40);
  assert_int_equal(stats.waiting, 0);
  close_desk(&desk);
}

static void putting_does_not_wait_for_the_receiver(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 16, true);
  block_with(&desk, 1, 3);
  struct outbox_stats stats;
  outbox_stats(desk.outbox, &stats);
  assert_int_equal(stats.waiting, 3);
  assert_int_equal(stats.delivered, 0);
  assert_false(outbox_drain(desk.outbox, .01));
  let_all_go(&desk);
  assert_int_equal(desk.count, 4);
  close_desk(&desk);
}

static void full_outbox_tells_a_summary(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 8, true);
  block_with(&desk, 1, 10); /* room for 6 openings */
  let_all_go(&desk);
  assert_int_equal(desk.count, 7);
  assert_int_equal(desk.summaries, 1);
  assert_int_equal(desk.summary.opened, 4);
  assert_true(desk.summary.first_time == 1008 && desk.summary.last_time == 1011);
  struct outbox_stats stats;
  outbox_stats(desk.outbox, &stats);
  assert_int_equal(stats.overflowed, 4);
  close_desk(&desk);
}

static void ends_have_room_when_openings_have_not(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 8, true);
  block_with(&desk, 1, 10);
  put(&desk, 1, INCIDENT_ENDED);
  let_all_go(&desk);
  assert_int_equal(desk.letters[desk.count - 1].id, 1);
  assert_int_equal(desk.letters[desk.count - 1].change, INCIDENT_ENDED);
  close_desk(&desk);
}

static void nothing_follows_a_beginning_that_had_no_room(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 8, true);
  block_with(&desk, 1, 10); /* 8 .. 11 have no room */
  put(&desk, 9, INCIDENT_WORSENED);
  put(&desk, 9, INCIDENT_ENDED);
  let_all_go(&desk);
  for (size_t i = 0; i < desk.count; i++)
    assert_int_not_equal(desk.letters[i].id, 9);
  assert_int_equal(desk.summary.closed, 1);
  assert_int_equal(desk.summary.escalated, 1);
  close_desk(&desk);
}

static void full_outbox_merges_what_belongs_together(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 4, true);
  block_with(&desk, 1, 3); /* 2, 3, 4 wait: full for openings */
  put(&desk, 1, INCIDENT_ENDED);
  put(&desk, 2, INCIDENT_ENDED);    /* ends untold: dropped with its opening */
  put(&desk, 3, INCIDENT_WORSENED); /* takes the freed room */
  put(&desk, 4, INCIDENT_WORSENED); /* joins its waiting opening */
  let_all_go(&desk);
  assert_int_equal(desk.count, 5);
  const uint64_t ids[] = {1, 3, 4, 1, 3};
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(desk.letters[i].id, ids[i]);
  assert_int_equal(desk.letters[2].change, INCIDENT_BEGAN);
  assert_int_equal(desk.letters[2].metrics, INCIDENT_WORSENED + 1);
  assert_int_equal(desk.summary.opened, 1);
  assert_int_equal(desk.summary.closed, 1);
  close_desk(&desk);
}

static void what_is_not_to_be_told_is_not_taken(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 8, false);
  const struct incident_event event = {.change = INCIDENT_BEGAN, .incident.id = 1};
  outbox_put(desk.outbox, &event);
  put(&desk, 2, INCIDENT_BEGAN);
  assert_true(outbox_drain(desk.outbox, 10));
  assert_int_equal(desk.count, 1);
  assert_int_equal(desk.letters[0].id, 2);
  close_desk(&desk);
}

static void destroying_drops_what_waits(void **state) {
  (void)state;
  struct desk desk;
  open_desk(&desk, 8, true);
  block_with(&desk, 1, 3);
  sem_post(&desk.leave);
  sem_post(&desk.leave);
  sem_post(&desk.leave);
  sem_post(&desk.leave);
  close_desk(&desk);
  assert_in_range(desk.count, 1, 4);
}

static void nonsense_is_refused(void **state) {
  (void)state;
  struct outbox *outbox = NULL;
  const struct outbox_receiver receiver = {take_event, take_summary, NULL};
  assert_int_equal(outbox_create(&outbox, 0, &receiver), STATUS_INVALID);
  assert_int_equal(outbox_create(&outbox, 1000000, &receiver), STATUS_INVALID);
  assert_null(outbox);
  outbox_destroy(NULL);
}

static void no_memory_is_survived(void **state) {
  (void)state;
  const struct outbox_receiver receiver = {take_event, take_summary, NULL};
  for (unsigned n = 1; n <= 2; n++) {
    struct outbox *outbox = NULL;
    alloc_fail_at(n);
    const int status = outbox_create(&outbox, 8, &receiver);
    alloc_fail_at(0);
    assert_int_equal(status, STATUS_NO_MEMORY);
    assert_null(outbox);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_arrive_in_order),
      cmocka_unit_test(putting_does_not_wait_for_the_receiver),
      cmocka_unit_test(full_outbox_tells_a_summary),
      cmocka_unit_test(ends_have_room_when_openings_have_not),
      cmocka_unit_test(nothing_follows_a_beginning_that_had_no_room),
      cmocka_unit_test(full_outbox_merges_what_belongs_together),
      cmocka_unit_test(what_is_not_to_be_told_is_not_taken),
      cmocka_unit_test(destroying_drops_what_waits),
      cmocka_unit_test(nonsense_is_refused),
      cmocka_unit_test(no_memory_is_survived),
  };
  return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
