/* How a fitted model's scores are judged, of a metric's values and of a group's rows. */
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/model_calibration.h"
#include "unit/signals.h"
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

enum { ROWS = 200, COLUMNS = 2, LEARNED = 3000, TRIED = 400 };

static const double LINE = 4.3;

/* Somebody whose scores are judged; `before` is of use to rows only. */
struct stream {
  struct block *block;
  struct score_history history;
  struct lasting lasting;
  double before;
  bool rows;
  uint32_t number;
};

static struct block *fit_block(void) {
  const struct model *const model = model_find("ecod");
  double cells[ROWS * COLUMNS];
  struct noise noise = {5};
  struct model_common common;
  struct block *block = NULL;
  option_set_presets(model_common_rows, &common);
  for (size_t i = 0; i < ROWS * COLUMNS; i++)
    cells[i] = noise_gaussian(&noise);
  void *const own = calloc(1, model->options_size + 1);
  assert_non_null(own);
  option_set_presets(model->options, own);
  const struct matrix rows = {.cells = cells, .rows = ROWS, .columns = COLUMNS};
  const struct fit_control control = {.threads = 1};
  assert_int_equal(model_fit(model, &rows, &common, own, &control, &block), STATUS_OK);
  free(own);
  return block;
}

/* Judges a score so many training deciles over the usual one, of a row as far out as it says. */
static double judge(struct stream *stream, double excess, double deviations) {
  const struct score_summary *const scores = block_scores(stream->block);
  const struct block_column *const column = block_column(stream->block, 1);
  const double row[COLUMNS] = {(double)NAN, column->mean + deviations * column->deviation};
  const struct course_record record = {
      .number = stream->number, .elapsed = 60 * stream->number, .ready = true};
  const struct model_calibration calibration = {.history = &stream->history,
                                                .lasting = &stream->lasting,
                                                .before = stream->rows ? &stream->before : NULL};
  const struct model_case now = {.block = stream->block,
                                 .row = row,
                                 .raw = scores->decile[4] +
                                        excess * (scores->decile[8] - scores->decile[4]),
                                 .record = &record,
                                 .line = LINE,
                                 .alarm = INFINITY}; /* nothing lasts */
  const struct model_judgement judgement = model_calibration_judge(&calibration, &now);
  stream->number++;
  assert_near(judgement.ratio, judgement.surprise / LINE, 1e-12);
  return judgement.surprise;
}

static struct stream learned(struct block *block, bool rows) {
  struct stream stream = {.block = block, .rows = rows};
  struct noise noise = {9};
  for (unsigned i = 0; i < LEARNED; i++)
    (void)judge(&stream, fabs(noise_gaussian(&noise)), 0);
  return stream;
}

static void rows_that_follow_one_another_count_together(void **unused) {
  (void)unused;
  struct block *const block = fit_block();
  struct stream rows = learned(block, true), values = learned(block, false);
  struct noise noise = {11};
  double before = rows.before;
  unsigned more = 0;
  for (unsigned i = 0; i < TRIED; i++) {
    const double excess = 2.5 * fabs(noise_gaussian(&noise));
    const double alone = judge(&values, excess, 0), both = .6 * (before + alone);
    assert_near(judge(&rows, excess, 0), fmin(fmax(alone, both), SCORE_HISTORY_MOST), 1e-9);
    more += both > alone;
    before = alone;
  }
  assert_in_range(more, 10, TRIED);
  block_destroy(block);
}

/* Twice under the line, and over it together. */
static void two_rows_alarm_where_none_does_alone(void **unused) {
  (void)unused;
  struct block *const block = fit_block();
  double excess = 1, alone;
  do {
    struct stream values = learned(block, false);
    alone = judge(&values, excess += .1, 0);
  } while (alone < LINE * .85);
  assert_true(alone < LINE * .98);
  struct stream rows = learned(block, true);
  assert_true(judge(&rows, 0, 0) < LINE);
  assert_true(judge(&rows, excess, 0) < LINE);
  assert_true(judge(&rows, excess, 0) >= LINE);
  struct stream values = learned(block, false);
  assert_true(judge(&values, excess, 0) < LINE);
  assert_true(judge(&values, excess, 0) < LINE);
  block_destroy(block);
}

/* Sixteen times as far as three deviations is four times the score in a group. */
static void far_rows_count_for_the_root_in_a_group(void **unused) {
  (void)unused;
  struct block *const block = fit_block();
  for (double factor = 1; factor <= 4; factor *= 2) {
    struct stream rows = learned(block, true), values = learned(block, false);
    struct stream plain = learned(block, false);
    (void)judge(&rows, 0, 0);
    (void)judge(&values, 0, 0);
    (void)judge(&plain, 0, 0);
    const double expected = judge(&plain, 2 * factor, 0);
    assert_near(judge(&values, 2, 3 * factor), expected, 1e-6);
    assert_near(judge(&rows, 2, 3 * factor * factor), expected, 1e-6);
  }
  block_destroy(block);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_that_follow_one_another_count_together),
      cmocka_unit_test(two_rows_alarm_where_none_does_alone),
      cmocka_unit_test(far_rows_count_for_the_root_in_a_group),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
