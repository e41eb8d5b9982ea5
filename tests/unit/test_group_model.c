/* Which columns a fitted block of a group knows, whatever becomes of them and of it. */
#include "engine/group_model.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

#define BEGIN 1700000000.0
#define STEP 60.0

enum { COLUMNS = 3 };

struct stream {
  struct group_model group;
  struct group_model_options options;
  struct model_common common;
  struct fitted_totals totals;
  struct noise noise;
  double time;
};

static void start(struct stream *stream) {
  *stream = (struct stream){.noise = {7}, .time = BEGIN};
  option_set_presets(group_model_rows, &stream->options);
  option_set_presets(model_common_rows, &stream->common);
  static const char none[1];
  const struct group_model_make make = {.model = model_find("ecod"),
                                        .stream = &stream->options,
                                        .common = &stream->common,
                                        .own = none,
                                        .totals = &stream->totals};
  stream->group = group_model_of(&make);
  assert_int_equal(group_model_grow(&stream->group, COLUMNS), STATUS_OK);
}

static void feed(struct stream *stream, unsigned rows, unsigned columns) {
  for (unsigned row = 0; row < rows; row++) {
    double value[COLUMNS];
    struct group_finding finding;
    struct group_blame blames[GROUP_BLAMES];
    size_t blamed;
    int status = STATUS_OK;
    for (unsigned i = 0; i < COLUMNS; i++)
      value[i] = i < columns ? 50 + noise_gaussian(&stream->noise) : (double)NAN;
    stream->time += STEP;
    const struct group_row now = {.time = stream->time, .interval = STEP, .value = value};
    group_model_update(&stream->group, &now, &finding, blames, &blamed);
    group_model_work(&stream->group, &status);
    assert_int_equal(status, STATUS_OK);
  }
}

static void end(struct stream *stream) {
  group_model_release(&stream->group);
  assert_int_equal(atomic_load(&stream->totals.blocks), 0);
}

/* Whether the block was shown a column of the last row. */
static bool knows(const struct stream *stream, unsigned column) {
  return !isnan(stream->group.row[column]);
}

/* Goes back to a copy of a block that was fitted then. */
static void go_back(struct stream *stream, const struct block *block, double created) {
  const struct model_seat seat = group_model_seat(&stream->group);
  const struct stored_model stored = {.version = 1, .created = created};
  struct block *copy;
  bool went;
  assert_int_equal(block_copy(&copy, block), STATUS_OK);
  assert_int_equal(model_seat_go_back(&seat, &stored, copy, NULL, &went), STATUS_OK);
  assert_true(went);
}

static void a_column_that_comes_later_is_known_to_later_blocks(void **state) {
  (void)state;
  struct stream stream;
  struct block *first;
  start(&stream);
  feed(&stream, 60, COLUMNS - 1);
  assert_int_equal(stream.group.life.version, 1);
  assert_int_equal(block_copy(&first, stream.group.fitted->block), STATUS_OK);
  const double created = stream.group.fitted->created;
  feed(&stream, 60, COLUMNS);
  assert_true(knows(&stream, 0) && knows(&stream, 1) && !knows(&stream, 2));
  feed(&stream, 50, COLUMNS);
  assert_int_equal(stream.group.life.version, 2);
  assert_true(knows(&stream, 2));
  go_back(&stream, first, created);
  feed(&stream, 1, COLUMNS);
  assert_true(knows(&stream, 1) && !knows(&stream, 2));
  block_destroy(first);
  end(&stream);
}

static void a_column_with_another_member_is_not_known_to_earlier_blocks(void **state) {
  (void)state;
  struct stream stream;
  struct block *first;
  start(&stream);
  feed(&stream, 60, COLUMNS);
  assert_true(knows(&stream, 1));
  assert_int_equal(block_copy(&first, stream.group.fitted->block), STATUS_OK);
  const double created = stream.group.fitted->created;
  group_model_forget_column(&stream.group, 1);
  feed(&stream, 60, COLUMNS);
  assert_true(knows(&stream, 0) && !knows(&stream, 1));
  feed(&stream, 50, COLUMNS);
  assert_int_equal(stream.group.life.version, 2);
  assert_true(knows(&stream, 1));
  go_back(&stream, first, created);
  feed(&stream, 1, COLUMNS);
  assert_true(knows(&stream, 0) && !knows(&stream, 1));
  block_destroy(first);
  end(&stream);
}

/* A column more makes rows that no earlier block was fitted to. */
static void no_block_of_fewer_columns_is_taken(void **state) {
  (void)state;
  struct stream stream;
  struct block *first;
  bool went = true;
  start(&stream);
  feed(&stream, 60, COLUMNS);
  assert_int_equal(block_copy(&first, stream.group.fitted->block), STATUS_OK);
  const struct stored_model stored = {.version = 1, .created = stream.group.fitted->created};
  assert_int_equal(group_model_grow(&stream.group, COLUMNS + 1), STATUS_OK);
  const struct model_seat seat = group_model_seat(&stream.group);
  assert_null(stream.group.fitted);
  assert_int_equal(model_seat_task(&seat), MODEL_FIT);
  assert_false(model_seat_wants(&seat, &stored));
  assert_int_equal(model_seat_go_back(&seat, &stored, first, NULL, &went), STATUS_MISMATCH);
  assert_false(went);
  end(&stream);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_column_that_comes_later_is_known_to_later_blocks),
      cmocka_unit_test(a_column_with_another_member_is_not_known_to_earlier_blocks),
      cmocka_unit_test(no_block_of_fewer_columns_is_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
