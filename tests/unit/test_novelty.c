/*
 * What was visited, how far a new value is from it, and how surprising that is.
 */
#include "stats/novelty.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>

static struct neighbours visit(struct gap_memory *memory, float value, uint8_t day) {
  struct span visited;
  return gap_memory_visit(memory, value, day, &visited);
}

static void test_neighbours(void **unused) {
  (void)unused;
  struct gap_memory memory = {.spans = 0};
  assert_int_equal(visit(&memory, 5, 1).count, 0);
  struct neighbours around = visit(&memory, 9, 1);
  assert_int_equal(around.count, 1);
  assert_true(around.value[0] == 5);
  around = visit(&memory, 6, 1);
  assert_int_equal(around.count, 2);
  assert_true(around.value[0] == 5 && around.value[1] == 9);
  assert_int_equal(visit(&memory, 6, 1).count, 0);
  assert_int_equal(memory.spans, 3);
  around = visit(&memory, -1, 1);
  assert_int_equal(around.count, 1);
  assert_true(around.value[0] == 5);
}

static void test_nearest_spans_are_joined(void **unused) {
  (void)unused;
  struct gap_memory memory = {.spans = 0};
  for (int i = 0; i < GAP_MEMORY_SPANS; i++)
    (void)visit(&memory, 10.F * (float)i, 1);
  assert_int_equal(visit(&memory, 43, 2).count, 2);
  assert_int_equal(memory.spans, GAP_MEMORY_SPANS);
  assert_true(memory.span[4].low == 40 && memory.span[4].high == 43);
  assert_int_equal(memory.day[4], 2);
  struct span visited = {0, 0};
  assert_int_equal(gap_memory_visit(&memory, 41, 2, &visited).count, 0);
  assert_true(visited.low == 40 && visited.high == 43);
  assert_int_equal(gap_memory_visit(&memory, 45, 2, &visited).count, 2);
  assert_true(visited.low == 40); /* untouched by a new value */
  assert_true(gap_memory_valid(&memory, 100));
}

static void test_spans_are_forgotten(void **unused) {
  (void)unused;
  struct gap_memory memory = {.spans = 0};
  (void)visit(&memory, 1, 250);
  (void)visit(&memory, 2, 251);
  (void)visit(&memory, 3, 10); /* 16 days after 250: days count modulo 256 */
  gap_memory_forget(&memory, 36);
  assert_int_equal(memory.spans, 3);
  gap_memory_forget(&memory, 37);
  assert_int_equal(memory.spans, 2);
  assert_true(memory.span[0].low == 2 && memory.span[1].low == 3);
  gap_memory_forget(&memory, 53);
  assert_int_equal(memory.spans, 0);
}

static void test_forged_memories_are_refused(void **unused) {
  (void)unused;
  struct gap_memory memory = {.spans = 2, .span = {{1, 2}, {3, 4}}};
  assert_true(gap_memory_valid(&memory, 10));
  assert_false(gap_memory_valid(&memory, 3));
  memory.spans = GAP_MEMORY_SPANS + 1;
  assert_false(gap_memory_valid(&memory, 10));
  memory.spans = 2;
  memory.span[1].low = 1.5F;
  assert_false(gap_memory_valid(&memory, 10));
  memory.span[1].low = NAN;
  assert_false(gap_memory_valid(&memory, 10));
}

/* Any values go in and out as in a list of all that was visited. */
static void test_memory_holds_all_that_was_visited(void **unused) {
  (void)unused;
  struct noise noise = {4};
  struct gap_memory memory = {.spans = 0};
  float seen[500];
  for (int i = 0; i < 500; i++) {
    seen[i] = (float)noise_gaussian(&noise);
    (void)visit(&memory, seen[i], (uint8_t)(i / 20));
    assert_true(gap_memory_valid(&memory, 1e9F));
    for (int k = 0; k <= i; k++)
      assert_int_equal(visit(&memory, seen[k], (uint8_t)(i / 20)).count, 0);
  }
}

static struct gap_tail tail_after(uint32_t distances, struct noise *noise) {
  struct gap_tail tail = {.window.first = 0};
  gap_tail_init(&tail);
  for (uint32_t i = 0; i < distances; i++)
    (void)gap_tail_surprise(&tail, (float)noise_waiting(noise), i);
  return tail;
}

static void test_gap_tail(void **unused) {
  (void)unused;
  struct noise noise = {5};
  struct gap_tail tail = tail_after(2000, &noise);
  assert_true(gap_tail_surprise(&tail, 0, 2000) == 0);
  assert_true(gap_tail_surprise(&tail, 30, GAP_TAIL_LEAST - 1) == 0);
  tail = tail_after(2000, &noise);
  /* Mean 1: each decade takes 2.3; the tail begins near ln(2000/128) = 2.7. */
  const float at_ten = gap_tail_surprise(&tail, 10, 2000);
  assert_true(at_ten > 1.5F && at_ten < 5);
  tail = tail_after(2000, &noise);
  assert_true(gap_tail_surprise(&tail, 1, 2000) == 0);
  /* The same distances are more surprising where there have been ever fewer of them. */
  tail = tail_after(2000, &noise);
  assert_true(gap_tail_surprise(&tail, 10, 200000) > at_ten + .1F);
  assert_true(gap_tail_surprise(&tail, 1e9F, 2000) == GAP_TAIL_MOST);
  assert_true(gap_tail_valid(&tail));
}

/* Values 100 +- 2, one in `seconds`. */
struct watch {
  struct novelty novelty;
  struct novelty_past past;
  struct noise noise;
  struct novelty_record record;
};

static struct watch watch_create(void) {
  struct watch watch = {.noise = {6}, .record = {.offset = 100}};
  novelty_init(&watch.novelty, &watch.past);
  return watch;
}

static bool watch_value(struct watch *watch, float value, float *ret_decades) {
  watch->record.value = value;
  watch->record.magnitude = fabsf(value + 100);
  const bool halved = novelty_of_record(&watch->novelty, &watch->past, &watch->record, ret_decades);
  watch->record.number++;
  return halved;
}

static uint32_t watch_usual(struct watch *watch, uint32_t records, uint32_t seconds) {
  float decades[NOVELTY_KINDS];
  uint32_t halved = 0;
  for (uint32_t i = 0; i < records; i++) {
    const uint8_t day = (uint8_t)(watch->record.elapsed / 86400);
    if (day != watch->record.day)
      novelty_change_day(&watch->novelty, &watch->past, day);
    watch->record.day = day;
    halved += watch_value(watch, 2 * (float)noise_gaussian(&watch->noise), decades);
    watch->record.elapsed += seconds;
  }
  return halved;
}

static void test_novelty_of_a_value(void **unused) {
  (void)unused;
  struct watch watch = watch_create();
  float decades[NOVELTY_KINDS];
  (void)watch_usual(&watch, 10000, 60);
  (void)watch_value(&watch, 4, decades);
  assert_true(decades[NOVELTY_VALUE] < 1);
  (void)watch_value(&watch, 40, decades);
  assert_true(decades[NOVELTY_VALUE] > 10 && decades[NOVELTY_HIGH] > 10);
  assert_true(decades[NOVELTY_LOW] == 0);
  struct finding finding = {.kind = KIND_NONE};
  decades[NOVELTY_HOUR] = 0;
  novelty_explain(&watch.past, 40, decades, true, &finding);
  assert_int_equal(finding.kind, KIND_SPIKE);
  (void)watch_value(&watch, 40, decades);
  assert_true(decades[NOVELTY_VALUE] == 0); /* not new any more */
}

/* Values between two levels that are both usual are new. */
static void test_novelty_between(void **unused) {
  (void)unused;
  struct watch watch = watch_create();
  float decades[NOVELTY_KINDS];
  for (int i = 0; i < 5000; i++)
    (void)watch_value(&watch, (i / 100 % 2 == 0 ? -50.F : 50.F) + (float)(i % 7), decades);
  (void)watch_value(&watch, 10, decades);
  assert_true(decades[NOVELTY_VALUE] > 2);
  struct finding finding = {.kind = KIND_NONE};
  decades[NOVELTY_HOUR] = decades[NOVELTY_LOW] = decades[NOVELTY_HIGH] = 0;
  novelty_explain(&watch.past, 10, decades, true, &finding);
  assert_string_equal(finding.reason, "a value never seen before");
}

/* A level that lies within what was seen is new when it lasts. */
static void test_novelty_of_a_window(void **unused) {
  (void)unused;
  struct watch watch = watch_create();
  float decades[NOVELTY_KINDS];
  for (int i = 0; i < 5000; i++)
    (void)watch_value(&watch, i % 10 == 0 ? 30.F : (float)noise_gaussian(&watch.noise), decades);
  float most = 0;
  for (int i = 0; i < 48; i++) {
    (void)watch_value(&watch, 30, decades);
    assert_true(decades[NOVELTY_VALUE] == 0);
    most = fmaxf(most, decades[NOVELTY_LOW]);
  }
  assert_true(most > 5);
}

static void test_novelty_is_unlearned_in_six_weeks(void **unused) {
  (void)unused;
  struct watch watch = watch_create();
  float decades[NOVELTY_KINDS];
  (void)watch_usual(&watch, 1000, 3600);
  (void)watch_value(&watch, 40, decades);
  assert_true(decades[NOVELTY_VALUE] > 10);
  (void)watch_usual(&watch, 41 * 24, 3600);
  (void)watch_value(&watch, 40, decades);
  assert_true(decades[NOVELTY_VALUE] == 0);
  (void)watch_usual(&watch, 44 * 24, 3600);
  (void)watch_value(&watch, 40, decades);
  assert_true(decades[NOVELTY_VALUE] > 1);
}

static void test_past_is_halved(void **unused) {
  (void)unused;
  struct watch watch = watch_create();
  assert_int_equal(watch_usual(&watch, 28 * 1440, 60), 0);
  const uint32_t looks = watch.novelty.value_looks;
  assert_int_equal(watch_usual(&watch, 1, 60), 1);
  assert_int_equal(watch.novelty.value_looks, (looks + 1) / 2);
  assert_int_equal(watch_usual(&watch, 27 * 1440, 60), 0);
  watch = watch_create();
  assert_int_equal(watch_usual(&watch, 100 * 24, 3600), 0); /* too few records */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_neighbours),
      cmocka_unit_test(test_nearest_spans_are_joined),
      cmocka_unit_test(test_spans_are_forgotten),
      cmocka_unit_test(test_forged_memories_are_refused),
      cmocka_unit_test(test_memory_holds_all_that_was_visited),
      cmocka_unit_test(test_gap_tail),
      cmocka_unit_test(test_novelty_of_a_value),
      cmocka_unit_test(test_novelty_between),
      cmocka_unit_test(test_novelty_of_a_window),
      cmocka_unit_test(test_novelty_is_unlearned_in_six_weeks),
      cmocka_unit_test(test_past_is_halved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
