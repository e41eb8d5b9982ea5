/*
 * What each model makes of a metric and of a group at its presets: it alarms where
 * it must, and hardly ever where nothing is wrong.
 */
#include "anomaly/engine.h"
#include "anomaly/model.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/group_model.h"
#include "unit/each_model.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdlib.h>

#define STEP 60.0
#define BEGIN 1700000000.0

enum { COLUMNS = 4, LEARNED = 3000, INCIDENT = 5, WEEK = 10080 };

/* ---- Groups --------------------------------------------------------------- */

struct stream {
  struct group_model group;
  struct group_model_options options;
  struct model_common common;
  void *own;
  struct fitted_totals totals;
  struct noise noise;
  double time;
};

static void stream_start(struct stream *stream, const struct model *model) {
  *stream = (struct stream){.noise = {7}, .time = BEGIN};
  option_set_presets(group_model_rows, &stream->options);
  option_set_presets(model_common_rows, &stream->common);
  stream->own = calloc(1, model->options_size + 1);
  assert_non_null(stream->own);
  option_set_presets(model->options, stream->own);
  const struct group_model_make make = {.model = model,
                                        .stream = &stream->options,
                                        .common = &stream->common,
                                        .own = stream->own,
                                        .totals = &stream->totals};
  assert_null(group_model_check(model, &stream->options));
  stream->group = group_model_of(&make);
  assert_int_equal(group_model_grow(&stream->group, COLUMNS), STATUS_OK);
}

static void stream_end(struct stream *stream) {
  group_model_release(&stream->group);
  assert_int_equal(atomic_load(&stream->totals.blocks), 0);
  free(stream->own);
}

/* A load that moves all columns a little, and each on its own; `odd` moves all of them. */
static void make_row(struct stream *stream, double odd, double *ret_row) {
  const double hour = 2 * acos(-1) * fmod(stream->time, 86400) / 86400;
  const double load = noise_gaussian(&stream->noise);
  for (int i = 0; i < COLUMNS; i++)
    ret_row[i] = pow(10, i) * (20 + 3 * sin(hour) + .5 * load + noise_gaussian(&stream->noise) +
                               (i % 2 == 0 ? odd : -odd));
}

static struct group_finding stream_row(struct stream *stream, double odd,
                                       struct group_blame blames[GROUP_BLAMES],
                                       size_t *ret_blamed) {
  double value[COLUMNS];
  struct group_finding finding;
  struct group_model *const group = &stream->group;
  int status = STATUS_OK;
  group_model_work(group, &status);
  assert_int_equal(status, STATUS_OK);
  stream->time += STEP;
  make_row(stream, odd, value);
  const struct group_row row = {.time = stream->time, .interval = STEP, .value = value};
  group_model_update(group, &row, &finding, blames, ret_blamed);
  return finding;
}

/* Alarms that begin in so many rows without an incident. */
static unsigned stream_alarms(struct stream *stream, unsigned rows) {
  struct group_blame blames[GROUP_BLAMES];
  size_t blamed;
  unsigned began = 0;
  for (unsigned i = 0; i < rows; i++)
    began += stream_row(stream, 0, blames, &blamed).began;
  return began;
}

/* Whether an incident is told of while it lasts. */
static bool stream_finds(struct stream *stream, double odd, unsigned rows) {
  struct group_blame blames[GROUP_BLAMES];
  size_t blamed;
  bool found = false;
  for (unsigned i = 0; i < rows; i++) {
    const struct group_finding finding = stream_row(stream, odd, blames, &blamed);
    assert_true(!finding.anomaly || blamed > 0);
    found = found || finding.anomaly;
  }
  return found;
}

static void test_a_group_alarms(const struct model *model) {
  struct stream stream;
  stream_start(&stream, model);
  (void)stream_alarms(&stream, LEARNED);
  assert_true(stream_finds(&stream, 8, INCIDENT));
  (void)stream_alarms(&stream, 100);
  assert_false(stream_finds(&stream, 0, 1)); /* and it is over some time */
  stream_end(&stream);
}

/* Chance alone is meant to pass the line once in two weeks. */
static void test_a_group_is_quiet(const struct model *model) {
  struct stream stream;
  stream_start(&stream, model);
  assert_in_range(stream_alarms(&stream, WEEK), 0, 2);
  stream_end(&stream);
}

/* ---- Metrics -------------------------------------------------------------- */

struct rig {
  struct engine *engine;
  struct noise noise;
  double time;
};

static void rig_start(struct rig *rig, const struct model *model) {
  const struct detector *const detector = watcher_find(model->name);
  struct engine_settings engine = engine_settings_preset();
  struct rule *rule;
  void *const options = calloc(1, detector->options_size);
  assert_non_null(options);
  option_set_presets(detector->options, options);
  assert_int_equal(rule_set_create(&engine.rules), STATUS_OK);
  assert_int_equal(rule_set_add(engine.rules, &rule), STATUS_OK);
  assert_int_equal(rule_add_detector(rule, detector, options), STATUS_OK);
  free(options);
  *rig = (struct rig){.noise = {3}, .time = BEGIN};
  assert_int_equal(engine_create(&rig->engine, &engine), STATUS_OK);
}

static struct verdict rig_observe(struct rig *rig, double odd) {
  const struct metric_id id = {{"host", "cpu", "0", "cpu", "user", "value"}};
  struct verdict verdict;
  rig->time += STEP;
  const double hour = 2 * acos(-1) * fmod(rig->time, 86400) / 86400;
  const double value = 50 + 3 * sin(hour) + noise_gaussian(&rig->noise) + odd;
  const struct sample sample = sample_gauge(rig->time, STEP, value);
  assert_int_equal(engine_observe(rig->engine, &id, &sample, &verdict), OBSERVED);
  return verdict;
}

static unsigned rig_alarms(struct rig *rig, unsigned values) {
  unsigned began = 0;
  bool before = false;
  for (unsigned i = 0; i < values; i++) {
    const bool open = rig_observe(rig, 0).open;
    began += open && !before;
    before = open;
  }
  return began;
}

static void test_a_metric_alarms(const struct model *model) {
  struct rig rig;
  rig_start(&rig, model);
  (void)rig_alarms(&rig, LEARNED);
  bool found = false;
  for (unsigned i = 0; i < INCIDENT; i++)
    found = rig_observe(&rig, 20).anomaly || found;
  assert_true(found);
  engine_destroy(rig.engine);
}

static void test_a_metric_is_quiet(const struct model *model) {
  struct rig rig;
  rig_start(&rig, model);
  assert_in_range(rig_alarms(&rig, WEEK), 0, 2);
  engine_destroy(rig.engine);
}

int main(int argc, char **argv) {
  const struct model_test tests[] = {
      {"a group alarms at presets", test_a_group_alarms},
      {"a group is quiet at presets", test_a_group_is_quiet},
      {"a metric alarms at presets", test_a_metric_alarms},
      {"a metric is quiet at presets", test_a_metric_is_quiet},
  };
  return run_for_each_model(tests, sizeof tests / sizeof tests[0], argc - 1, argv + 1);
}
