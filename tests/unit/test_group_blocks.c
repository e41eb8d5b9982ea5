/* Fitted blocks of groups on their way out of the engine, and back: for each model of the list. */
#include "anomaly/model.h"
#include "anomaly/state.h"
#include "anomaly/status.h"
#include "engine/engine_private.h"
#include "engine/group_instance.h"
#include "unit/alloc_fail.h"
#include "unit/each_model.h"
#include "unit/group_rig.h"
#include "unit/kept_model.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <string.h>

enum {
  WINDOW = 100,  /* rows; it is full, and thinned, more than once */
  INTERVAL = 40, /* rows from fit to fit */
  PATIENT = 9,   /* the same of a model that learns: ten times as many */
  JUDGED = 230,  /* rows until a restart; scores are known then */
};

static const double WEEK = 7 * 86400;

/* A group over one host, judged by a model with options of its own. */
static void start_with(struct group_rig *rig, const struct model *model, const char *options) {
  char group[512];
  snprintf(group, sizeof group,
           "{ name = \"all\"; members = { plugin = \"test\"; };"
           "  detector = { name = \"%s\"; window_size = %d; retrain_interval = %d; %s }; }",
           model->name, WINDOW, model->learn != NULL ? PATIENT : INTERVAL, options);
  group_rig_start_storing(rig, group, WEEK);
}

static void start(struct group_rig *rig, const struct model *model) { start_with(rig, model, ""); }

static double odd_now_and_then(unsigned host, unsigned metric, unsigned row) {
  return host == 0 && metric < 3 && row % 53 < 2 ? 20 : 0;
}

static void feed(struct group_rig *rig, unsigned from, unsigned to) {
  group_rig_feed(rig, 1, from, to, odd_now_and_then);
}

static struct kept_model kept_of(struct group_rig *rig) {
  struct kept_model kept = {.group = true};
  kept_model_export(&kept, rig->engine, false);
  return kept;
}

/* Another engine that knows what was kept but for the block. */
static void restore(struct group_rig *rig, const struct kept_model *kept,
                    const struct model *model) {
  start(rig, model);
  const struct restore_stats stats = kept_model_restore(kept, rig->engine, GROUP_BEGIN);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(stats.cold_detectors, 0);
}

static void assert_same_states(struct group_rig *a, struct group_rig *b) {
  engine_mark_unsaved(a->engine);
  engine_mark_unsaved(b->engine);
  struct kept_model left = kept_of(a), right = kept_of(b);
  assert_int_equal(left.state_size, right.state_size);
  assert_memory_equal(left.state, right.state, left.state_size);
  kept_model_forget(&left);
  kept_model_forget(&right);
}

static void assert_same_from_now(struct group_rig *a, struct group_rig *b, unsigned from,
                                 unsigned to) {
  bool known = false;
  for (unsigned row = from; row < to; row++) {
    feed(a, row, row + 1);
    feed(b, row, row + 1);
    const struct verdict left = group_rig_last(a, "host0", "all");
    const struct verdict right = group_rig_last(b, "host0", "all");
    assert_true(left.time == right.time && left.ready == right.ready);
    assert_true(left.ratio == right.ratio && left.surprise == right.surprise);
    assert_true(left.anomaly == right.anomaly && left.open == right.open);
    known = known || left.ratio > 0;
  }
  assert_true(known);
  assert_same_states(a, b);
}

/* ---- A restart is not noticed ----------------------------------------------- */

static void goes_on_where_it_was(const struct model *model) {
  struct group_rig old, rig;
  start(&old, model);
  feed(&old, 0, JUDGED);
  struct kept_model kept = kept_of(&old);
  assert_non_null(kept.block);
  assert_true(kept.from < kept.created);
  restore(&rig, &kept, model);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  assert_true(engine_wants_model(rig.engine, &stored));
  assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_OK);
  assert_false(engine_wants_model(rig.engine, &stored));
  assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_NOT_FOUND);
  const uint64_t fits = group_rig_stats(&old).fits;
  assert_int_equal(group_rig_stats(&rig).fits, 0);
  assert_same_from_now(&old, &rig, JUDGED, JUDGED + 100);
  assert_true(group_rig_stats(&rig).fits >= 1);
  assert_int_equal(group_rig_stats(&rig).fits, group_rig_stats(&old).fits - fits);
  group_rig_end(&rig);
  group_rig_end(&old);
  kept_model_forget(&kept);
}

/* It was to be fitted again after a long time; by the options of now it is to be soon. */
static void other_terms_hold_at_once(const struct model *model) {
  struct group_rig old, rig;
  char group[512];
  snprintf(group, sizeof group,
           "{ name = \"all\"; members = { plugin = \"test\"; };"
           "  detector = { name = \"%s\"; window_size = %d; retrain_interval = 100000; }; }",
           model->name, WINDOW);
  group_rig_start_storing(&old, group, WEEK);
  feed(&old, 0, 100);
  struct kept_model kept = kept_of(&old);
  restore(&rig, &kept, model);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_OK);
  feed(&rig, 100, 100 + WINDOW);
  assert_true(group_rig_stats(&rig).fits >= 1);
  group_rig_end(&rig);
  group_rig_end(&old);
  kept_model_forget(&kept);
}

/* It waited for more rows than it has to by the options of now. */
static void first_rows_are_those_of_now(const struct model *model) {
  struct group_rig old, rig;
  start_with(&old, model, "min_samples = 90;");
  feed(&old, 0, 70);
  assert_int_equal(group_rig_stats(&old).fits, 0);
  struct kept_model kept = kept_of(&old);
  restore(&rig, &kept, model);
  feed(&rig, 70, 72);
  assert_int_equal(group_rig_stats(&rig).fits, 1);
  group_rig_end(&rig);
  group_rig_end(&old);
  kept_model_forget(&kept);
}

/* The block was stored long ago, and the second restart takes it up all the same. */
static void goes_on_twice(const struct model *model) {
  struct group_rig old, twin, rig;
  struct kept_model kept = {.group = true};
  start(&old, model);
  start(&twin, model);
  feed(&old, 0, JUDGED);
  feed(&twin, 0, JUDGED + 20);
  for (unsigned run = 0; run < 2; run++) {
    kept_model_export(&kept, old.engine, false);
    restore(&rig, &kept, model);
    const struct stored_model stored = kept_model_stored(&kept, model->name);
    assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_OK);
    group_rig_end(&old);
    old = rig;
    feed(&old, JUDGED + 10 * run, JUDGED + 10 * run + 10);
  }
  assert_same_from_now(&old, &twin, JUDGED + 20, JUDGED + 60);
  group_rig_end(&old);
  group_rig_end(&twin);
  kept_model_forget(&kept);
}

static void is_handed_out_once(const struct model *model) {
  struct group_rig rig;
  struct kept_model kept = {.group = true};
  start(&rig, model);
  feed(&rig, 0, 55);
  kept_model_export(&kept, rig.engine, true);
  assert_int_equal(kept.version, 1);
  kept.version = 0;
  kept_model_export(&kept, rig.engine, false); /* as it was refused */
  assert_int_equal(kept.version, 1);
  kept.version = 0;
  feed(&rig, 55, 57);
  kept_model_export(&kept, rig.engine, false);
  assert_int_equal(kept.version, 0);
  engine_mark_unsaved(rig.engine);
  kept_model_export(&kept, rig.engine, false); /* one that has learned is gone as it was */
  assert_int_equal(kept.version, model->learn != NULL ? 0 : 1);
  group_rig_end(&rig);
  kept_model_forget(&kept);
}

/* Where time has gone back the group's state waits for a row, and its block with it. */
static void is_handed_out_with_the_state(const struct model *model) {
  struct group_rig rig;
  struct kept_model kept = {.group = true};
  struct state_export *export;
  const struct metric_record *records;
  start(&rig, model);
  feed(&rig, 0, 55);
  rig.engine->groups->rows.restarted = true;
  assert_int_equal(state_export_begin(&export, rig.engine, UNSAVED_STATE | UNSAVED_MODEL),
                   STATUS_OK);
  for (size_t count; (count = state_export_next(export, &records)) > 0;)
    for (size_t i = 0; i < count; i++)
      assert_false(records[i].group);
  state_export_end(export);
  rig.engine->groups->rows.restarted = false;
  kept_model_export(&kept, rig.engine, false);
  assert_int_equal(kept.version, 1);
  group_rig_end(&rig);
  kept_model_forget(&kept);
}

/* ---- What is refused ---------------------------------------------------------- */

/* Gives it bytes or words that are wrong; then it fits anew, from its window, at once. */
static void assert_refused(const struct kept_model *kept, const struct model *model,
                           const struct stored_model *stored, int status) {
  struct group_rig rig;
  restore(&rig, kept, model);
  const uint64_t memory = group_rig_stats(&rig).memory;
  assert_int_equal(engine_take_model(rig.engine, stored), status);
  assert_int_equal(group_rig_stats(&rig).models, 0);
  assert_int_equal(group_rig_stats(&rig).memory, memory);
  feed(&rig, JUDGED, JUDGED + 2);
  assert_int_equal(group_rig_stats(&rig).fits, 1);
  assert_int_equal(group_rig_stats(&rig).models, 1);
  group_rig_end(&rig);
}

static void wrong_ones_are_refused(const struct model *model) {
  struct group_rig old;
  start(&old, model);
  feed(&old, 0, JUDGED);
  struct kept_model kept = kept_of(&old);
  const struct stored_model good = kept_model_stored(&kept, model->name);
  unsigned char *const bytes = kept.block;
  bytes[kept.block_size / 2] ^= 1;
  assert_refused(&kept, model, &good, STATUS_CORRUPT);
  bytes[kept.block_size / 2] ^= 1;
  struct stored_model wrong = good;
  wrong.size -= 64;
  assert_refused(&kept, model, &wrong, STATUS_CORRUPT);
  wrong = good;
  wrong.version++;
  assert_refused(&kept, model, &wrong, STATUS_NOT_FOUND);
  wrong = good;
  wrong.created += GROUP_STEP;
  assert_refused(&kept, model, &wrong, STATUS_NOT_FOUND);
  wrong = good;
  wrong.key ^= 1;
  assert_refused(&kept, model, &wrong, STATUS_NOT_FOUND);
  wrong = good;
  wrong.model = "no such model";
  assert_refused(&kept, model, &wrong, STATUS_NOT_FOUND);
  group_rig_end(&old);
  kept_model_forget(&kept);
}

/* A block of the same group, version and time, but of other options or columns. */
static void those_of_others_are_refused(const struct model *model) {
  struct group_rig old, other, smaller;
  start(&old, model);
  start_with(&other, model, "contamination = 0.2;");
  start(&smaller, model);
  feed(&old, 0, JUDGED);
  feed(&other, 0, JUDGED);
  for (unsigned row = 0; row < JUDGED; row++)
    for (unsigned metric = 0; metric < 3; metric++)
      group_rig_observe(&smaller, 0, metric, GROUP_BEGIN + GROUP_STEP * row, (row * 7919) % 101);
  struct kept_model kept = kept_of(&old), of_other = kept_of(&other), few = kept_of(&smaller);
  struct stored_model wrong = kept_model_stored(&of_other, model->name);
  wrong.version = kept.version;
  wrong.created = kept.created;
  assert_refused(&kept, model, &wrong, STATUS_MISMATCH);
  wrong.bytes = few.block;
  wrong.size = few.block_size;
  assert_refused(&kept, model, &wrong, STATUS_MISMATCH);
  group_rig_end(&old);
  group_rig_end(&other);
  group_rig_end(&smaller);
  kept_model_forget(&kept);
  kept_model_forget(&of_other);
  kept_model_forget(&few);
}

/*
 * What was learned in more rows than the window keeps cannot be made up for. Which happens
 * where an alarm keeps it from being fitted anew; here a longer interval does.
 */
static void too_much_learned_is_refused(const struct model *model) {
  static const char group[] = "{ name = \"all\"; members = { plugin = \"test\"; };"
                              "  detector = { name = \"%s\"; window_size = 100;"
                              "  retrain_interval = 1000; }; }";
  const bool learns = model->learn != NULL;
  for (unsigned rows = WINDOW; rows <= WINDOW + 1; rows++) {
    struct group_rig old, rig;
    char words[512];
    snprintf(words, sizeof words, group, model->name);
    group_rig_start_storing(&old, words, WEEK);
    group_rig_feed(&old, 1, 0, 51 + rows, NULL);
    struct kept_model kept = kept_of(&old);
    group_rig_start_storing(&rig, words, WEEK);
    assert_int_equal(kept_model_restore(&kept, rig.engine, GROUP_BEGIN).metrics, 1);
    const struct stored_model stored = kept_model_stored(&kept, model->name);
    assert_int_equal(engine_take_model(rig.engine, &stored),
                     learns && rows > WINDOW ? STATUS_LIMIT : STATUS_OK);
    group_rig_end(&rig);
    group_rig_end(&old);
    kept_model_forget(&kept);
  }
}

/* ---- Going back ---------------------------------------------------------------- */

/* The first block is gone back to, in place of a later one or of none. */
static void an_earlier_one_is_gone_back_to(const struct model *model) {
  bool went = false;
  struct group_rig rig, twin, again;
  start(&rig, model);
  feed(&rig, 0, 52);
  struct kept_model first = kept_of(&rig);
  assert_int_equal(first.version, 1);
  feed(&rig, 52, JUDGED);
  const struct stored_model stored = kept_model_stored(&first, model->name);
  const uint64_t fits = group_rig_stats(&rig).fits;
  assert_int_equal(engine_crown_model(rig.engine, &stored, &went), STATUS_OK);
  assert_true(went);
  struct kept_model kept = kept_of(&rig); /* the state, and the block again */
  assert_int_equal(kept.version, 1);
  assert_true(kept.created == first.created && kept.block_size == first.block_size);
  assert_memory_equal(kept.block, first.block, first.block_size);
  assert_int_equal(group_rig_stats(&rig).models, 1);
  restore(&twin, &kept, model); /* which waits for the first, too */
  assert_int_equal(engine_take_model(twin.engine, &stored), STATUS_OK);
  restore(&again, &kept, model); /* and one that has none gets it */
  assert_int_equal(engine_crown_model(again.engine, &stored, &went), STATUS_OK);
  assert_true(went);
  assert_same_from_now(&rig, &twin, JUDGED, JUDGED + WINDOW - 1);
  assert_int_equal(group_rig_stats(&rig).fits, fits); /* until nothing of the window is left */
  feed(&rig, JUDGED + WINDOW - 1, JUDGED + 8 * WINDOW);
  assert_true(group_rig_stats(&rig).fits > fits);
  kept_model_export(&kept, rig.engine, false);
  assert_true(kept.version > fits);
  group_rig_end(&again);
  group_rig_end(&twin);
  group_rig_end(&rig);
  kept_model_forget(&first);
  kept_model_forget(&kept);
}

/* What is in use already stays as it is, and is handed out once more. */
static void the_one_in_use_stays(const struct model *model) {
  bool went = true;
  struct group_rig rig;
  start(&rig, model);
  feed(&rig, 0, 60);
  struct kept_model kept = kept_of(&rig);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  assert_int_equal(engine_crown_model(rig.engine, &stored, &went), STATUS_OK);
  assert_false(went);
  const uint64_t fits = group_rig_stats(&rig).fits;
  feed(&rig, 60, 160);
  assert_true(group_rig_stats(&rig).fits > fits);
  struct stored_model wrong = stored;
  wrong.size = 0;
  assert_int_equal(engine_crown_model(rig.engine, &wrong, &went), STATUS_CORRUPT);
  wrong = stored;
  wrong.key ^= 1 << 10;
  assert_int_equal(engine_crown_model(rig.engine, &wrong, &went), STATUS_NOT_FOUND);
  wrong = kept_model_stored(&kept, "no such model");
  assert_int_equal(engine_crown_model(rig.engine, &wrong, &went), STATUS_NOT_FOUND);
  group_rig_end(&rig);
  kept_model_forget(&kept);
}

/* ---- Without memory ------------------------------------------------------------ */

static void without_memory_it_fits_anew(const struct model *model) {
  bool went = false;
  struct group_rig old, rig;
  start(&old, model);
  feed(&old, 0, JUDGED);
  struct kept_model kept = kept_of(&old);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  int status = STATUS_NO_MEMORY;
  for (unsigned n = 1; status != STATUS_OK; n++) {
    restore(&rig, &kept, model);
    alloc_fail_at(n);
    status = engine_take_model(rig.engine, &stored);
    const bool failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(status == STATUS_OK, !failed);
    feed(&rig, JUDGED, JUDGED + 2);
    assert_int_equal(group_rig_stats(&rig).models, 1);
    group_rig_end(&rig);
  }
  status = STATUS_NO_MEMORY;
  for (unsigned n = 1; status != STATUS_OK; n++) {
    alloc_fail_at(n);
    status = engine_crown_model(old.engine, &stored, &went);
    alloc_fail_at(0);
    feed(&old, JUDGED + n, JUDGED + n + 1);
    assert_int_equal(group_rig_stats(&old).models, 1);
  }
  group_rig_end(&old);
  kept_model_forget(&kept);
}

int main(int count, char **names) {
  static const struct model_test tests[] = {
      {"a restart is not noticed", goes_on_where_it_was},
      {"nor are two", goes_on_twice},
      {"other terms hold at once", other_terms_hold_at_once},
      {"nor does the first fit wait longer", first_rows_are_those_of_now},
      {"a block is handed out once", is_handed_out_once},
      {"and never without the state", is_handed_out_with_the_state},
      {"damaged and foreign ones are refused", wrong_ones_are_refused},
      {"and those of other options or columns", those_of_others_are_refused},
      {"and what has learned too much", too_much_learned_is_refused},
      {"an earlier one is gone back to", an_earlier_one_is_gone_back_to},
      {"the one in use stays", the_one_in_use_stays},
      {"without memory it fits anew", without_memory_it_fits_anew},
  };
  return run_for_each_model(tests, sizeof tests / sizeof tests[0], count - 1, names + 1);
}
