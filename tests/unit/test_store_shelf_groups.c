/* Models that judge groups in the database: kept, gone back to, graded, taken up at the start. */
#include "anomaly/status.h"
#include "store/model_orders.h"
#include "unit/faulty_vfs.h"
#include "unit/group_rig.h"
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <stdio.h>
#include <string.h>

#define RARELY 86400.0
#define MUCH ((uint64_t)1 << 40)

/* One for each host, and one over three hosts. */
#define GROUPS(model, options)                                                                     \
  "{ name = \"all\"; members = { plugin = \"test\"; };"                                            \
  "  detector = { name = \"" model "\"; window_size = 150; " options " }; },"                      \
  "{ name = \"web\"; by = \"metric\"; members = { type_instance = \"m0\"; };"                      \
  "  detector = { name = \"" model "\"; window_size = 150; " options " }; }"

enum { HOSTS = 3, MODELS = HOSTS + 1 };

/* A store over an engine with such groups, and the values of them. */
struct shelf_rig {
  struct stored stored;
  struct group_rig values; /* of the same engine */
};

static void start(struct shelf_rig *rig, const char *groups, uint32_t keep, uint64_t limit) {
  const struct stored_setup setup = {.checkpoint_interval = RARELY,
                                     .rules = group_rig_rules(groups),
                                     .keep_models = keep,
                                     .models_limit = limit};
  stored_start_as(&rig->stored, &setup);
  rig->values = (struct group_rig){.engine = rig->stored.engine};
}

static void begin(struct shelf_rig *rig, const char *groups) {
  stored_forget();
  start(rig, groups, 3, MUCH);
}

static void again(struct shelf_rig *rig, const char *groups) {
  stored_stop(&rig->stored);
  start(rig, groups, 3, MUCH);
}

static void flush(struct shelf_rig *rig) { assert_true(store_flush(rig->stored.store, 60)); }

static double odd(unsigned host, unsigned metric, unsigned row) {
  return host == 1 && metric < 4 && row >= 300 && row % 150 < 3 ? 60 : 0;
}

static void feed(struct group_rig *values, unsigned from, unsigned to) {
  group_rig_feed(values, HOSTS, from, to, odd);
}

/* ---- A restart ------------------------------------------------------------------ */

static void assert_same(struct group_rig *a, struct group_rig *b) {
  static const struct {
    const char *host, *name;
  } all[MODELS] = {{"host0", "all"}, {"host1", "all"}, {"host2", "all"}, {"web", "web"}};
  for (size_t i = 0; i < MODELS; i++) {
    const struct verdict left = group_rig_last(a, all[i].host, all[i].name);
    const struct verdict right = group_rig_last(b, all[i].host, all[i].name);
    assert_true(left.time == right.time && left.ready == right.ready);
    assert_true(left.ratio == right.ratio && left.surprise == right.surprise);
    assert_true(left.anomaly == right.anomaly && left.open == right.open);
  }
}

/* Stopped again and again, in the middle of an alarm too, it says what one says that never is. */
static void restarts_change_no_verdict(void **state) {
  (void)state;
  static const char *const groups[] = {GROUPS("ecod", ""),
                                       GROUPS("isolation_forest", "shadow = 20;"),
                                       GROUPS("half_space_trees", "retrain_interval = 14;"),
                                       GROUPS("matrix_profile", "retrain_interval = 14;")};
  for (size_t which = 0; which < sizeof groups / sizeof *groups; which++) {
    struct shelf_rig rig;
    struct group_rig other;
    begin(&rig, groups[which]);
    group_rig_start(&other, groups[which], RARELY);
    for (unsigned row = 0; row < 500; row++) {
      feed(&rig.values, row, row + 1);
      feed(&other, row, row + 1);
      if (row > 0)
        assert_same(&rig.values, &other);
      if (row % 75 == 1 && row > 75) {
        again(&rig, groups[which]);
        assert_int_equal(stored_status(&rig.stored).models_restored, MODELS);
      }
    }
    assert_int_equal(stored_status(&rig.stored).models_refused, 0);
    assert_true(group_rig_stats(&other).episodes > 0);
    stored_stop(&rig.stored);
    group_rig_end(&other);
  }
}

static void damaged_ones_are_fitted_anew(void **state) {
  (void)state;
  static const char groups[] = GROUPS("ecod", "");
  struct shelf_rig rig;
  begin(&rig, groups);
  feed(&rig.values, 0, 70);
  stored_stop(&rig.stored);
  stored_run("UPDATE models SET block = zeroblob(length(block)) WHERE subject LIKE 'host0/%'");
  start(&rig, groups, 3, MUCH);
  assert_int_equal(stored_status(&rig.stored).models_restored, MODELS - 1);
  assert_int_equal(stored_status(&rig.stored).models_refused, 1);
  assert_int_equal(group_rig_stats(&rig.values).models, MODELS - 1);
  feed(&rig.values, 70, 72);
  assert_int_equal(group_rig_stats(&rig.values).models, MODELS);
  assert_int_equal(group_rig_stats(&rig.values).fits, 1);
  flush(&rig);
  assert_int_equal(
      stored_number("SELECT version FROM models WHERE champion = 1 AND subject LIKE 'host0/%'"), 2);
  stored_stop(&rig.stored);
}

/* Rows that nobody has written so; the file and the groups are none the worse for it. */
static void foreign_rows_are_harmless(void **state) {
  (void)state;
  static const char groups[] = GROUPS("ecod", "");
  static const char *const changes[] = {
      "UPDATE models SET metric_id = NULL",
      "UPDATE models SET metric_id = (SELECT max(metric_id) FROM models)",
      "UPDATE models SET version = -1",
      "UPDATE models SET created = 'x'",
      "UPDATE models SET block = 'text'",
      "UPDATE models SET scope = 'metric'",
      "UPDATE models SET crowned = 1, created = -1",
  };
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    struct shelf_rig rig;
    begin(&rig, groups);
    feed(&rig.values, 0, 60);
    stored_stop(&rig.stored);
    stored_run(changes[i]);
    start(&rig, groups, 3, MUCH);
    feed(&rig.values, 60, 63);
    assert_int_equal(group_rig_stats(&rig.values).models, MODELS);
    flush(&rig);
    assert_int_equal(stored_status(&rig.stored).health.fault, STORE_FINE);
    stored_stop(&rig.stored);
  }
}

/* ---- What is kept --------------------------------------------------------------- */

static void what_was_fitted_is_told(void **state) {
  (void)state;
  struct shelf_rig rig;
  begin(&rig, GROUPS("ecod", "shadow = 20; contamination = 0.05;"));
  feed(&rig.values, 0, 60);
  stored_stop(&rig.stored);
  assert_int_equal(
      stored_number("SELECT count(*) FROM models JOIN detector_state ON metric_id ="
                    " detector_state.id WHERE scope = 'group' AND model = 'ecod' AND version = 1"
                    " AND samples = 50 AND champion = 1 AND bytes = length(block)"
                    " AND options = 'window_size = 150, shadow = 20, contamination = 0.05'"
                    " AND train_to = train_from + 49 * 60 AND created = train_to"
                    " AND score_min < score_mean AND score_mean < threshold"
                    " AND f1 IS NULL AND crowned IS NULL"),
      MODELS);
  assert_int_equal(
      stored_number("SELECT count(*) FROM model_versions WHERE subject IN"
                    " ('host0/anomaly-all/gauge-group', 'host1/anomaly-all/gauge-group',"
                    " 'host2/anomaly-all/gauge-group', 'web/anomaly-web/gauge-test_gauge-m0')"),
      MODELS);
}

static void the_last_few_are_kept(void **state) {
  (void)state;
  static const char groups[] = GROUPS("hbos", "");
  struct shelf_rig rig;
  begin(&rig, groups);
  for (unsigned i = 0; i < 6; i++) {
    feed(&rig.values, 100 * i, 100 * (i + 1));
    flush(&rig);
  }
  assert_int_equal(stored_status(&rig.stored).models, 6 * MODELS);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 3 * MODELS);
  assert_int_equal(stored_number("SELECT min(version) FROM models"), 4);
  stored_stop(&rig.stored);
  stored_forget();
  start(&rig, groups, 3, 1);
  feed(&rig.values, 0, 60);
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models_left_out, MODELS);
  assert_int_equal(stored_number("SELECT count(*) FROM models"), 0);
  stored_stop(&rig.stored);
}

/* ---- Going back ----------------------------------------------------------------- */

static void a_wish_is_granted(void **state) {
  (void)state;
  static const char groups[] = GROUPS("ecod", "");
  static const char used[] =
      "SELECT version FROM models WHERE champion = 1 AND subject LIKE 'host1/%'";
  char words[256] = "";
  struct text why = text_over(words, sizeof words);
  struct guest *guest;
  struct shelf_rig rig;
  begin(&rig, groups);
  for (unsigned i = 0; i < 3; i++) {
    feed(&rig.values, 100 * i, 100 * (i + 1));
    flush(&rig);
  }
  assert_int_equal(stored_number(used), 3);
  const int64_t first =
      stored_number("SELECT id FROM models WHERE version = 1 AND subject LIKE 'host1/%'");
  assert_int_equal(guest_open(&guest, stored_path, &why), STATUS_OK);
  assert_int_equal(model_orders_crown(guest, first, GROUP_BEGIN, &why), STATUS_OK);
  guest_close(guest);
  flush(&rig);
  assert_int_equal(stored_status(&rig.stored).models_crowned, 1);
  assert_int_equal(stored_number(used), 1);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE crowned > 0"), 0);
  again(&rig, groups);
  assert_int_equal(stored_status(&rig.stored).models_restored, MODELS);
  feed(&rig.values, 300, 520);
  flush(&rig);
  assert_int_equal(stored_number(used), 1); /* while later ones are in the window */
  feed(&rig.values, 520, 1000);
  flush(&rig);
  assert_true(stored_number(used) >= 4);
  stored_stop(&rig.stored);
}

/* ---- Labels --------------------------------------------------------------------- */

static void label(unsigned from, unsigned to, const char *metric) {
  char sql[512];
  snprintf(sql, sizeof sql,
           "INSERT INTO labels (metric, start, \"end\", label, note, author, created)"
           " VALUES ('%s', %.0f, %.0f, 'anomaly', '', '', 0)",
           metric, GROUP_BEGIN + from * GROUP_STEP, GROUP_BEGIN + to * GROUP_STEP);
  stored_run(sql);
}

/* What it told is held against what people say; what was missed costs the model its place. */
static void labels_grade_groups_of_one_host(void **state) {
  (void)state;
  static const char groups[] =
      GROUPS("knn", "threshold = 2.5; min_f1 = 0.6; retrain_interval = 1000;");
  struct shelf_rig rig;
  stored_forget();
  stored_set_time(GROUP_BEGIN + 700 * GROUP_STEP);
  start(&rig, groups, 3, MUCH);
  feed(&rig.values, 0, 680);
  flush(&rig);
  assert_true(stored_number("SELECT count(*) FROM anomalies WHERE host = 'host1'"
                            " AND metric = 'anomaly-all/gauge-group' AND voters = 'knn'"
                            " AND change = 'opened'") > 0);
  for (unsigned row = 300; row < 680; row += 150)
    label(row, row + 5, "host1/*");
  label(350, 360, "host2/*");
  label(350, 360, "web/*");
  flush(&rig);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE f1 IS NOT NULL"), 2);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE f1 >= 0.6 AND precision = 1"
                                 " AND subject = 'host1/anomaly-all/gauge-group'"),
                   1);
  assert_int_equal(stored_number("SELECT count(*) FROM models WHERE f1 = 0"
                                 " AND subject = 'host2/anomaly-all/gauge-group'"),
                   1);
  assert_int_equal(stored_status(&rig.stored).models_bad, 1);
  feed(&rig.values, 680, 682);
  assert_int_equal(group_rig_stats(&rig.values).fits, MODELS + 1); /* host2's, anew */
  stored_stop(&rig.stored);
  stored_set_time(STORED_BEGIN);
}

static int set_up(void **state) {
  return faulty_vfs_install() == 0 ? stored_make_folder(state) : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(restarts_change_no_verdict),
      cmocka_unit_test(damaged_ones_are_fitted_anew),
      cmocka_unit_test(foreign_rows_are_harmless),
      cmocka_unit_test(what_was_fitted_is_told),
      cmocka_unit_test(the_last_few_are_kept),
      cmocka_unit_test(a_wish_is_granted),
      cmocka_unit_test(labels_grade_groups_of_one_host),
  };
  return cmocka_run_group_tests(tests, set_up, stored_remove_folder);
}
