/* Groups in the engine: from values of members to the episodes of the group's own metric. */
#include "anomaly/state.h"
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/causes.h"
#include "engine/describe.h"
#include "engine/engine_private.h"
#include "engine/group.h"
#include "engine/group_instance.h"
#include "engine/group_rule.h"
#include "unit/alloc_fail.h"
#include "unit/group_rig.h"
#include "unit/unit_test.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BY_HOST "{ name = \"all\"; members = ( { plugin = \"test\"; } ); }"
#define BY_METRIC                                                                                  \
  "{ name = \"web\"; by = \"metric\"; detector = \"peers\";"                                       \
  " members = ( { type_instance = \"m*\"; } );"                                                    \
  " exclude = ( { type_instance = \"/m[1-9]/\"; } ); }"

enum { DAY_ROWS = 1440, ODD_ROW = 14 * DAY_ROWS }; /* a group is known after two weeks */

static const double WEEK = 7 * 86400;

/* Three metrics of host 1, 4 deviations off for ten minutes. */
static double three_at_once(unsigned host, unsigned metric, unsigned row) {
  return host == 1 && metric < 3 && row >= ODD_ROW && row < ODD_ROW + 10 ? 6 : 0;
}

static double one_host(unsigned host, unsigned metric, unsigned row) {
  return host == 2 && metric == 0 && row >= ODD_ROW ? 8 : 0;
}

static const struct episode_event *find_event(const struct group_rig *rig,
                                              enum episode_change change) {
  size_t i = 0;
  while (i + 1 < rig->count && rig->events[i].change != change)
    i++;
  assert_int_equal(rig->events[i].change, change);
  return &rig->events[i];
}

static void assert_name(const struct episode_event *event, const char *name) {
  char words[METRIC_TEXT_SIZE];
  struct text text = text_over(words, sizeof words);
  const struct metric_id id = metric_name_id(&event->metric);
  describe_metric(&id, &text);
  assert_string_equal(words, name);
}

/* The three metrics of three_at_once before all others, the oddest first. */
static void assert_causes(const struct episode_causes *causes) {
  bool named[3] = {false};
  assert_true(causes->count >= 3);
  for (unsigned i = 0; i < 3; i++) {
    const struct metric_id id = causes_get(causes, i, "host1");
    const unsigned metric = (unsigned)(id.part[METRIC_TYPE_INSTANCE][1] - '0');
    assert_in_range(metric, 0, 2);
    named[metric] = true;
    assert_true(i == 0 || causes->decades[i] <= causes->decades[i - 1]);
  }
  assert_true(named[0] && named[1] && named[2]);
}

static void several_metrics_at_once_alarm(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig, BY_HOST, WEEK);
  group_rig_feed(&rig, 2, 0, ODD_ROW, NULL);
  assert_int_equal(rig.count, 0);
  group_rig_feed(&rig, 2, ODD_ROW, ODD_ROW + 60, three_at_once);
  assert_int_equal(rig.count, 2);
  const struct episode_event *const opened = find_event(&rig, EPISODE_OPENED);
  assert_name(opened, "host1/anomaly-all/gauge-group");
  assert_int_equal(opened->kind, KIND_GROUP);
  assert_string_equal(opened->verdict.leading, "host");
  assert_in_range(opened->seen - GROUP_BEGIN, GROUP_STEP * ODD_ROW, GROUP_STEP * (ODD_ROW + 4));
  assert_true(opened->interval == GROUP_STEP);
  assert_int_equal(opened->host_metrics, GROUP_METRICS);
  assert_int_equal(opened->host_silent, 0);
  assert_causes(&opened->causes);
  const struct episode_event *const closed = find_event(&rig, EPISODE_CLOSED);
  assert_int_equal(closed->id, opened->id);
  const struct engine_stats stats = group_rig_stats(&rig);
  assert_int_equal(stats.metrics, 2 * GROUP_METRICS);
  assert_int_equal(stats.groups, 2);
  assert_int_equal(stats.episodes, 1);
  assert_int_equal(stats.refused_columns, 0);
  assert_int_equal(stats.group_rows, 2 * (ODD_ROW + 59));
  group_rig_end(&rig);
}

/* The engine's group finds what the detector alone finds in the same rows. */
static void rows_are_judged_as_by_the_detector_alone(void **state) {
  (void)state;
  const struct group_detector *const detector = group_detector_find("host");
  void *const options = calloc(1, detector->options_size);
  option_set_presets(detector->options, options);
  struct group group = group_of(detector, options);
  assert_int_equal(group_grow(&group, GROUP_METRICS), STATUS_OK);
  struct group_rig rig;
  group_rig_start(&rig, BY_HOST, WEEK);
  struct group_finding finding = {.ratio = 0};
  for (unsigned row = 0; row < 900; row++) {
    double value[GROUP_METRICS];
    const double time = GROUP_BEGIN + GROUP_STEP * row;
    for (unsigned metric = 0; metric < GROUP_METRICS; metric++) {
      value[metric] = sin(row * .7 + metric) + row % 97 + (row > 800 ? 40 * metric : 0);
      group_rig_observe(&rig, 0, metric, time, value[metric]);
    }
    const struct verdict last = group_rig_last(&rig, "host0", "all");
    assert_true(row == 0 || last.time == time - GROUP_STEP / 2);
    assert_true(last.ratio == (double)(float)finding.ratio);
    const struct group_row now = {
        .time = time + GROUP_STEP / 2, .interval = GROUP_STEP, .value = value};
    group_update(&group, &now, &finding);
  }
  assert_true(finding.surprise > 1);
  group_rig_end(&rig);
  group_release(&group);
  free(options);
}

static void a_host_that_differs_is_told_of(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig, BY_METRIC, WEEK);
  group_rig_feed(&rig, 5, 0, ODD_ROW, NULL);
  assert_int_equal(rig.count, 0);
  group_rig_feed(&rig, 5, ODD_ROW, ODD_ROW + 20, one_host);
  const struct episode_event *const opened = find_event(&rig, EPISODE_OPENED);
  assert_name(opened, "host2/anomaly-web/gauge-test_gauge-m0");
  assert_int_equal(opened->kind, KIND_PEER);
  assert_true(opened->causes.hosts);
  assert_string_equal(opened->causes.names, "host2");
  assert_int_equal(group_rig_stats(&rig).groups, 1);
  assert_int_equal(group_rig_stats(&rig).hosts, 5);
  /* After a restart that lost it, what was told is made so again. */
  struct episode_event told = *opened;
  told.change = EPISODE_CLOSED;
  assert_true(engine_settle_episode(rig.engine, &told));
  assert_int_equal(group_rig_stats(&rig).open, 0);
  group_rig_end(&rig);
}

/* One host for twenty rows, another from the tenth of them on. */
static double one_after_another(unsigned host, unsigned metric, unsigned row) {
  const bool first = host == 2 && row < ODD_ROW + 20;
  const bool second = host == 4 && row >= ODD_ROW + 10;
  return metric == 0 && (first || second) ? 9 : 0;
}

static void a_host_that_goes_on_differing_has_an_episode_of_its_own(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig, BY_METRIC, WEEK);
  group_rig_feed(&rig, 6, 0, ODD_ROW, NULL);
  assert_int_equal(rig.count, 0);
  group_rig_feed(&rig, 6, ODD_ROW, ODD_ROW + 45, one_after_another);
  assert_name(find_event(&rig, EPISODE_OPENED), "host2/anomaly-web/gauge-test_gauge-m0");
  const struct episode_event *const closed = find_event(&rig, EPISODE_CLOSED);
  assert_name(closed, "host2/anomaly-web/gauge-test_gauge-m0");
  const struct episode_event *const last = &rig.events[rig.count - 1];
  assert_true(last > closed && last->change == EPISODE_OPENED);
  assert_name(last, "host4/anomaly-web/gauge-test_gauge-m0");
  assert_true(last->id != closed->id);
  group_rig_end(&rig);
}

/* Rows of one group's metric until its episode changes so; `host` is to blame, if any. */
static struct metric_name take_rows(struct group_rig *rig, unsigned *row, double ratio,
                                    const char *host, enum episode_change change) {
  static const struct metric_id own = {
      {"web", "anomaly", "web", "gauge", "test_gauge-m0", "value"}};
  const struct group_finding finding = {
      .ready = true, .anomaly = ratio > 1, .began = ratio > 1, .ratio = ratio, .kind = KIND_PEER};
  struct episode_causes causes = {.hosts = true};
  struct group_news news = {.interval = GROUP_STEP, .finding = &finding, .causes = &causes};
  struct verdict verdict = {.change = EPISODE_UNCHANGED};
  struct episode_event event;
  enum episode_end end;
  struct metric_key key;
  struct shard *shard;
  assert_true(metric_key_make(&key, &own));
  if (host != NULL)
    assert_true(causes_add(&causes, &(struct metric_id){{host}}, 3));
  struct metric *const metric = engine_lock_metric(rig->engine, &key, &shard);
  for (unsigned i = 0; i < 100 && verdict.change != change; i++) {
    news.time = GROUP_BEGIN + GROUP_STEP * ++*row;
    metric_take_row(metric, &news, &verdict, &end);
  }
  assert_int_equal(verdict.change, change);
  metric_event(metric, &verdict, end, &event);
  pthread_mutex_unlock(&shard->lock);
  return event.metric;
}

/* Where all hosts have as little part in it, none is to blame, and not the one of last time. */
static void an_alarm_of_no_host_has_the_groups_name(void **state) {
  (void)state;
  struct group_rig rig;
  unsigned row = 20;
  group_rig_start(&rig, BY_METRIC, WEEK);
  group_rig_feed(&rig, 6, 0, row, NULL);
  assert_string_equal(take_rows(&rig, &row, 5, "host2", EPISODE_OPENED).part[METRIC_HOST], "host2");
  assert_string_equal(take_rows(&rig, &row, 0, NULL, EPISODE_CLOSED).part[METRIC_HOST], "host2");
  assert_string_equal(take_rows(&rig, &row, 5, NULL, EPISODE_OPENED).part[METRIC_HOST], "web");
  group_rig_end(&rig);
}

/* The state was stored before the alarm; an incident has its episode, and the host of it. */
static void what_was_told_of_a_host_goes_on_for_it(void **state) {
  (void)state;
  struct group_rig rig;
  unsigned row = 20;
  group_rig_start(&rig, BY_METRIC, WEEK);
  group_rig_feed(&rig, 6, 0, row, NULL);
  (void)take_rows(&rig, &row, 5, "host4", EPISODE_OPENED);
  struct episode_event told = {.change = EPISODE_OPENED, .id = 77, .kind = KIND_PEER};
  told.metric = take_rows(&rig, &row, 0, NULL, EPISODE_CLOSED);
  told.seen = told.start = GROUP_BEGIN + GROUP_STEP * ++row;
  text_copy(told.metric.part[METRIC_HOST], METRIC_PART_SIZE, "host2");
  assert_true(engine_settle_episode(rig.engine, &told));
  assert_string_equal(take_rows(&rig, &row, 0, NULL, EPISODE_CLOSED).part[METRIC_HOST], "host2");
  text_copy(told.metric.part[METRIC_HOST], METRIC_PART_SIZE, "web");
  told.id++;
  assert_true(engine_settle_episode(rig.engine, &told));
  assert_string_equal(take_rows(&rig, &row, 0, NULL, EPISODE_CLOSED).part[METRIC_HOST], "web");
  group_rig_end(&rig);
}

static void its_settings_are_its_own(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig,
                  "{ name = \"all\"; members = ( { plugin = \"test\"; } ); notify = \"always\";"
                  " publish_score = true; failure_score = 0.505; warning_score = 0.5; }",
                  WEEK);
  group_rig_feed(&rig, 2, 0, ODD_ROW + 60, three_at_once);
  const struct episode_event *const opened = find_event(&rig, EPISODE_OPENED);
  assert_int_equal(opened->notify, NOTIFY_ALWAYS);
  assert_int_equal(group_rig_stats(&rig).publishing, 2);
  bool failed = false;
  for (size_t i = 0; i < rig.count; i++)
    failed |= rig.events[i].verdict.severity == SEVERITY_FAILURE;
  assert_true(failed);
  group_rig_end(&rig);
}

static void verdicts_can_be_judged(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig,
                  "{ name = \"all\"; detector = { name = \"host_rate\"; decades = 2.0; };"
                  " members = { plugin = \"test\"; }; }",
                  WEEK);
  group_rig_feed(&rig, 1, 0, DAY_ROWS, NULL);
  for (unsigned row = DAY_ROWS; row < DAY_ROWS + 8; row++)
    for (unsigned metric = 0; metric < GROUP_METRICS; metric++)
      group_rig_observe(&rig, 0, metric, GROUP_BEGIN + GROUP_STEP * row, metric < 6 ? 2000 : 50);
  bool found = false;
  for (size_t i = 0; i < rig.count; i++)
    found |= strcmp(rig.events[i].metric.part[METRIC_PLUGIN], "anomaly") == 0 &&
             rig.events[i].change == EPISODE_OPENED;
  assert_true(found);
  group_rig_end(&rig);
}

/* The last three metrics of the first host, in a part of their own where five are one row. */
static double last_are_odd(unsigned host, unsigned metric, unsigned row) {
  return host == 0 && metric >= 5 && row >= ODD_ROW && row < ODD_ROW + 10 ? 20 : 0;
}

static void members_beyond_the_limit_are_another_part(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(
      &rig, "{ name = \"all\"; columns_max = 5; members = ( { plugin = \"test\"; } ); }", WEEK);
  group_rig_feed(&rig, 2, 0, ODD_ROW + 30, last_are_odd);
  assert_int_equal(group_rig_stats(&rig).groups, 4);
  assert_int_equal(group_rig_stats(&rig).refused_columns, 0);
  assert_int_equal(group_rig_stats(&rig).metrics, 2 * GROUP_METRICS);
  assert_true(group_rig_last(&rig, "host1", "all-2").time > 0);
  assert_in_range(rig.count, 1, 2);
  assert_string_equal(rig.events[0].metric.part[METRIC_HOST], "host0");
  assert_string_equal(rig.events[0].metric.part[METRIC_PLUGIN_INSTANCE], "all-2");
  char words[256];
  struct text text = text_over(words, sizeof words);
  describe_episode(&rig.events[0], &text);
  assert_non_null(strstr(words, "group all-2"));
  group_rig_end(&rig);
}

static double fifth_host_is_odd(unsigned host, unsigned metric, unsigned row) {
  (void)row;
  return host == 4 && metric == 0 ? 30 : 0;
}

static void hosts_beyond_the_limit_are_another_part(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig,
                  "{ name = \"web\"; by = \"metric\"; detector = \"peers\"; columns_max = 3;"
                  "  members = ( { type_instance = \"m0\"; } ); }",
                  WEEK);
  group_rig_feed(&rig, 6, 0, ODD_ROW, NULL);
  group_rig_feed(&rig, 6, ODD_ROW, ODD_ROW + 20, fifth_host_is_odd);
  assert_int_equal(group_rig_stats(&rig).groups, 2);
  assert_in_range(rig.count, 1, 2);
  assert_string_equal(rig.events[0].metric.part[METRIC_HOST], "host4");
  assert_string_equal(rig.events[0].metric.part[METRIC_PLUGIN_INSTANCE], "web-2");
  group_rig_end(&rig);
}

static void members_beyond_all_parts_are_counted(void **state) {
  (void)state;
  enum { MEMBERS = 2 * GROUP_PARTS_MAX + 9 };
  struct group_rig rig;
  group_rig_start(
      &rig, "{ name = \"all\"; columns_max = 2; members = ( { plugin = \"test\"; } ); }", WEEK);
  for (unsigned metric = 0; metric < MEMBERS; metric++)
    group_rig_observe(&rig, 0, metric, GROUP_BEGIN, 5);
  assert_int_equal(group_rig_stats(&rig).groups, GROUP_PARTS_MAX);
  assert_int_equal(group_rig_stats(&rig).refused_columns, 9);
  assert_int_equal(group_rig_stats(&rig).metrics, MEMBERS);
  group_rig_end(&rig);
}

/* The first row is judged with the first value after it. */
static void it_says_how_many_rows_are_missing(void **state) {
  (void)state;
  enum { NEEDED = 300 };
  struct group_rig rig;
  group_rig_start(&rig, BY_HOST "," BY_METRIC, WEEK);
  group_rig_feed(&rig, 3, 0, 11, NULL);
  assert_int_equal(group_rig_last(&rig, "host1", "all").missing, NEEDED - 10);
  assert_int_equal(group_rig_last(&rig, "web", "web").missing, NEEDED - 10);
  assert_int_equal(group_rig_stats(&rig).groups_warming, 4);
  group_rig_feed(&rig, 3, 11, NEEDED + 1, NULL);
  assert_int_equal(group_rig_last(&rig, "host1", "all").missing, 0);
  assert_int_equal(group_rig_stats(&rig).groups_warming, 4);
  group_rig_feed(&rig, 3, NEEDED + 1, NEEDED + 2, NULL);
  assert_int_equal(group_rig_stats(&rig).groups_warming, 0);
  group_rig_end(&rig);
}

static void values_under_its_name_are_ignored(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig, BY_HOST, WEEK);
  group_rig_feed(&rig, 1, 0, 3, NULL);
  const struct verdict before = group_rig_last(&rig, "host0", "all");
  const struct metric_id id = {{"host0", "anomaly", "all", "gauge", "group", "value"}};
  const struct sample sample = sample_gauge(GROUP_BEGIN + 500, 10, 5);
  assert_int_equal(engine_observe(rig.engine, &id, &sample, NULL), OBSERVED_IGNORED);
  engine_silence(rig.engine, &id, GROUP_BEGIN + 5000, NULL);
  const struct verdict after = group_rig_last(&rig, "host0", "all");
  assert_true(after.time == before.time);
  group_rig_feed(&rig, 1, 3, 4, NULL);
  assert_true(group_rig_last(&rig, "host0", "all").time > before.time);
  group_rig_end(&rig);
}

/* Members that are gone give their columns up; with the last of them the group goes. */
static void groups_expire_with_their_members(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig, BY_HOST, 3600);
  group_rig_feed(&rig, 2, 0, 3, NULL);
  double now = GROUP_BEGIN + 180;
  for (unsigned i = 0; i < 200; i++) {
    engine_tick(rig.engine, now += 60);
    for (unsigned metric = 0; metric < GROUP_METRICS; metric++)
      group_rig_observe(&rig, 1, metric, now, 50);
  }
  assert_int_equal(group_rig_stats(&rig).metrics, GROUP_METRICS);
  assert_int_equal(group_rig_stats(&rig).groups, 1);
  for (unsigned i = 0; i < 400; i++)
    engine_tick(rig.engine, now += 60);
  const struct engine_stats stats = group_rig_stats(&rig);
  assert_int_equal(stats.metrics, 0);
  assert_int_equal(stats.groups, 0);
  assert_int_equal(stats.hosts, 0);
  group_rig_end(&rig);
}

static void memory_is_bounded(void **state) {
  (void)state;
  struct group_rig rig;
  group_rig_start(&rig, BY_HOST, WEEK);
  const uint64_t before = group_rig_stats(&rig).memory;
  group_rig_feed(&rig, 1, 0, 2, NULL);
  const uint64_t one = group_rig_stats(&rig).memory - before;
  const struct group_detector *const detector = group_detector_find("host");
  assert_true(one > group_state_size(detector, GROUP_METRICS));
  group_rig_end(&rig);
}

/* As expiry does, though somebody holds the instance by now. */
static void drop_own_metric(struct engine *engine, const struct group_instance *instance) {
  struct shard *shard;
  struct metric *const metric = engine_lock_metric(engine, &instance->key, &shard);
  size_t at = 0;
  assert_non_null(metric);
  while (shard->table.slots[at].metric != metric)
    at++;
  table_remove(&shard->table, at);
  pthread_mutex_unlock(&shard->lock);
  engine_drop_metric(engine, metric);
}

/* A row of an instance whose metric is gone says nothing of the one that came in its place. */
static void a_last_row_is_not_the_successors(void **state) {
  (void)state;
  static const char group[] = "{ name = \"all\"; members = { plugin = \"test\"; }; }";
  struct group_rig rig;
  group_rig_start(&rig, group, WEEK);
  engine_tick(rig.engine, GROUP_BEGIN);
  group_rig_feed(&rig, 1, 0, 3, NULL);
  const double last = group_rig_last(&rig, "host0", "all").time;
  struct group_instance *const old = rig.engine->groups;
  engine_hold_group(rig.engine, old);
  drop_own_metric(rig.engine, old);
  const struct metric_id member = {{"host0", "test", "", "gauge", "new", "value"}};
  const struct sample sample = sample_gauge(GROUP_BEGIN + 3 * GROUP_STEP, GROUP_STEP, 50);
  assert_int_equal(engine_observe(rig.engine, &member, &sample, NULL), OBSERVED);
  assert_true(isnan(group_rig_last(&rig, "host0", "all").time));
  assert_int_equal(group_rig_stats(&rig).groups, 2);
  const uint64_t rows = group_rig_stats(&rig).group_rows;
  engine_tick(rig.engine, GROUP_BEGIN + 10 * GROUP_STEP);
  assert_true(group_rig_stats(&rig).group_rows > rows);
  assert_true(last > 0 && isnan(group_rig_last(&rig, "host0", "all").time));
  engine_give_group(rig.engine, old);
  group_rig_end(&rig);
}

static void allocations_fail(void **state) {
  (void)state;
  bool failed = true;
  for (unsigned n = 1; failed; n++) {
    struct group_rig rig;
    group_rig_start(&rig, BY_HOST "," BY_METRIC, WEEK);
    alloc_fail_at(n);
    group_rig_feed(&rig, 2, 0, 3, NULL);
    failed = alloc_has_failed();
    alloc_fail_at(0);
    group_rig_feed(&rig, 2, 3, 6, NULL);
    struct state_export *export;
    const struct metric_record *records;
    assert_int_equal(state_export_begin(&export, rig.engine, UNSAVED_STATE), STATUS_OK);
    while (state_export_next(export, &records) > 0)
      continue;
    state_export_end(export);
    group_rig_end(&rig);
    assert_in_range(n, 1, 5000);
  }
}

/* ---- Threads -------------------------------------------------------------- */

enum { THREADS = 4, THREAD_ROWS = 300 };

struct worker {
  pthread_t thread;
  struct group_rig *rig;
  unsigned number;
};

static void *observe_some(void *context) {
  struct worker *const worker = context;
  for (unsigned row = 0; row < THREAD_ROWS; row++)
    for (unsigned host = 0; host < 3; host++)
      for (unsigned metric = worker->number; metric < 16; metric += THREADS)
        group_rig_observe(worker->rig, host, metric, GROUP_BEGIN + GROUP_STEP * row, row % 13);
  return NULL;
}

static void *disturb(void *context) {
  struct worker *const worker = context;
  for (unsigned i = 0; i < 40; i++) {
    struct state_export *export;
    const struct metric_record *records;
    engine_tick(worker->rig->engine, GROUP_BEGIN + 600 * i);
    if (state_export_begin(&export, worker->rig->engine, UNSAVED_STATE) != STATUS_OK)
      continue;
    while (state_export_next(export, &records) > 0)
      continue;
    state_export_end(export);
  }
  return NULL;
}

static void threads_share_groups(void **state) {
  (void)state;
  struct group_rig rig;
  struct worker workers[THREADS + 1];
  group_rig_start(&rig, BY_HOST "," BY_METRIC, WEEK);
  for (unsigned i = 0; i <= THREADS; i++) {
    workers[i] = (struct worker){.rig = &rig, .number = i};
    assert_int_equal(
        pthread_create(&workers[i].thread, NULL, i < THREADS ? observe_some : disturb, &workers[i]),
        0);
  }
  for (unsigned i = 0; i <= THREADS; i++)
    pthread_join(workers[i].thread, NULL);
  const struct engine_stats stats = group_rig_stats(&rig);
  assert_int_equal(stats.results[OBSERVED], THREAD_ROWS * 3 * 16);
  assert_int_equal(stats.groups, 4);
  assert_true(stats.group_rows > 0);
  group_rig_end(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(several_metrics_at_once_alarm),
      cmocka_unit_test(rows_are_judged_as_by_the_detector_alone),
      cmocka_unit_test(a_host_that_differs_is_told_of),
      cmocka_unit_test(a_host_that_goes_on_differing_has_an_episode_of_its_own),
      cmocka_unit_test(an_alarm_of_no_host_has_the_groups_name),
      cmocka_unit_test(what_was_told_of_a_host_goes_on_for_it),
      cmocka_unit_test(its_settings_are_its_own),
      cmocka_unit_test(verdicts_can_be_judged),
      cmocka_unit_test(members_beyond_the_limit_are_another_part),
      cmocka_unit_test(hosts_beyond_the_limit_are_another_part),
      cmocka_unit_test(members_beyond_all_parts_are_counted),
      cmocka_unit_test(it_says_how_many_rows_are_missing),
      cmocka_unit_test(values_under_its_name_are_ignored),
      cmocka_unit_test(groups_expire_with_their_members),
      cmocka_unit_test(memory_is_bounded),
      cmocka_unit_test(a_last_row_is_not_the_successors),
      cmocka_unit_test(allocations_fail),
      cmocka_unit_test(threads_share_groups),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
