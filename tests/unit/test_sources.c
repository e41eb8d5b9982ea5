/* What the sources of the past understand: types.db, rrdtool's words, Prometheus' names. */
#include "anomaly/status.h"
#include "engine/describe.h"
#include "history/prometheus_names.h"
#include "history/rrd_info.h"
#include "history/types_db.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static FILE *stream_of(const char *text) {
  FILE *const stream = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
  assert_non_null(stream);
  return stream;
}

static struct types_db types_of(const char *text) {
  struct types_db types = {.text = NULL};
  FILE *const stream = stream_of(text);
  assert_int_equal(types_db_read(&types, stream), STATUS_OK);
  fclose(stream);
  return types;
}

static void test_types(void **state) {
  (void)state;
  struct types_db types = types_of("# comment\n"
                                   "load\t\tshort:GAUGE:0:5000, long:GAUGE:U:U\r\n"
                                   "bytes value:DERIVE:0:U\n"
                                   "\n"
                                   "nothing\n"
                                   "half a:GAUGE:0:1, b:GAUGE\n"
                                   "wrong a:GAUGE:x:1\n"
                                   "more a:GAUGE:0:1:2\n"
                                   "bytes value:COUNTER:0:U\n"
                                   "last value:ABSOLUTE:-5:4294967295");
  const struct types_source *found = types_db_find(&types, "load", "long");
  assert_non_null(found);
  assert_int_equal(found->kind, VALUE_GAUGE);
  assert_true(isnan(found->min) && isnan(found->max));
  found = types_db_find(&types, "load", "short");
  assert_true(found != NULL && found->min == 0 && found->max == 5000);
  found = types_db_find(&types, "bytes", "value");
  assert_true(found != NULL && found->kind == VALUE_COUNTER);
  found = types_db_find(&types, "last", "value");
  assert_true(found != NULL && found->kind == VALUE_ABSOLUTE && found->min == -5);
  assert_null(types_db_find(&types, "load", "value"));
  assert_null(types_db_find(&types, "loa", "short"));
  static const char *const none[] = {"nothing", "half", "wrong", "more", "#", ""};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    assert_null(types_db_find(&types, none[i], "a"));
  types_db_release(&types);
  assert_null(types_db_find(&types, "load", "long"));
}

static void test_types_of_nowhere(void **state) {
  (void)state;
  struct types_db types = {.text = NULL};
  assert_int_equal(types_db_load(&types, "/nowhere/types.db"), STATUS_IO);
  types_db_release(&types);
}

static struct rrd_info info_of(const char *text) {
  struct rrd_info info;
  FILE *const stream = stream_of(text);
  rrd_info_read(&info, stream);
  fclose(stream);
  return info;
}

static const char usual_info[] = "filename = \"x.rrd\"\n"
                                 "step = 10\n"
                                 "last_update = 1700000005\n"
                                 "ds[value].type = \"GAUGE\"\n"
                                 "rra[0].cf = \"AVERAGE\"\n"
                                 "rra[0].rows = 100\n"
                                 "rra[0].pdp_per_row = 1\n"
                                 "rra[1].cf = \"MAX\"\n"
                                 "rra[1].rows = 100000\n"
                                 "rra[1].pdp_per_row = 1\n"
                                 "rra[2].cf = \"AVERAGE\"\n"
                                 "rra[2].rows = 100\n"
                                 "rra[2].pdp_per_row = 10\n"
                                 "rra[3].cf = \"AVERAGE\"\n"
                                 "rra[3].rows = 50\n"
                                 "rra[3].pdp_per_row = 20\n";

static void test_archive_is_chosen(void **state) {
  (void)state;
  const struct rrd_info info = info_of(usual_info);
  assert_true(info.step == 10 && info.last == 1700000005);
  assert_true(rrd_archive_start(&info, &info.archives[0]) == 1699999000);
  assert_ptr_equal(rrd_info_choose(&info, 1699999000), &info.archives[0]);
  assert_ptr_equal(rrd_info_choose(&info, 1699998999), &info.archives[2]);
  assert_true(rrd_archive_step(&info, &info.archives[2]) == 100);
  /* None goes back so far: the farthest, and of equals the finest. */
  assert_ptr_equal(rrd_info_choose(&info, 0), &info.archives[2]);
}

static void test_wrong_infos(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "x",
      "step = 10\nlast_update = 1\n",
      "step = 10\nrra[0].cf = \"AVERAGE\"\nrra[0].rows = 10\n",
      "step = 10\nrra[0].cf = \"AVERAGE\"\nrra[0].rows = -1\nrra[0].pdp_per_row = 1\n",
      "step = 0\nrra[0].cf = \"AVERAGE\"\nrra[0].rows = 9\nrra[0].pdp_per_row = 1\n",
      "step = 10\nrra[64].cf = \"AVERAGE\"\nrra[64].rows = 9\nrra[64].pdp_per_row = 1\n",
      "step = 10\nrra[x].cf = \"AVERAGE\"\nrra[].rows = 9\nrra[0.pdp_per_row = 1\n",
      "step = 10\nrra[0].cf = \"MAX\"\nrra[0].rows = 9\nrra[0].pdp_per_row = 1\n",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    const struct rrd_info info = info_of(wrong[i]);
    assert_null(rrd_info_choose(&info, 0));
  }
}

static const char types_text[] = "cpu value:DERIVE:0:U\n"
                                 "df_complex value:GAUGE:0:U\n"
                                 "if_octets rx:DERIVE:0:U, tx:DERIVE:0:U\n"
                                 "load shortterm:GAUGE:0:U, longterm:GAUGE:0:U\n"
                                 "memory value:GAUGE:0:U\n"
                                 "ps_state value:GAUGE:0:U\n"
                                 "ps_count processes:GAUGE:0:U, threads:GAUGE:0:U\n"
                                 "tcp_connections value:GAUGE:0:U\n";

/* Expects `wanted`, or NULL where the series is none of ours. */
static struct prometheus_metric named(const char *name, const struct prometheus_label *labels,
                                      size_t count, const char *wanted) {
  struct types_db types = types_of(types_text);
  const struct prometheus_series series = {.name = name, .labels = labels, .count = count};
  struct prometheus_metric metric = {.scale = 0};
  const int status = prometheus_name(&series, &types, &metric);
  types_db_release(&types);
  assert_int_equal(status, wanted != NULL ? STATUS_OK : STATUS_NOT_FOUND);
  if (wanted == NULL)
    return metric;
  char words[METRIC_TEXT_SIZE];
  struct text text = text_over(words, sizeof words);
  const struct metric_id id = metric_name_id(&metric.name);
  describe_metric(&id, &text);
  assert_string_equal(words, wanted);
  return metric;
}

#define NAMED(wanted, name, ...)                                                                   \
  named(name, (const struct prometheus_label[]){__VA_ARGS__},                                      \
        sizeof((const struct prometheus_label[]){__VA_ARGS__}) / sizeof(struct prometheus_label),  \
        wanted)

static void test_collectd_names(void **state) {
  (void)state;
  assert_true(NAMED("web1/cpu-0/cpu-idle", "collectd_cpu_total", {"cpu", "0"}, {"type", "idle"},
                    {"instance", "web1"})
                  .counter);
  assert_false(NAMED("web1/df-root/df_complex-free", "collectd_df_df_complex", {"df", "root"},
                     {"type", "free"}, {"instance", "web1"})
                   .counter);
  NAMED("web1/interface-eth0/if_octets:tx", "collectd_interface_if_octets_tx_total",
        {"exported_instance", "web1"}, {"instance", "127.0.0.1:9103"}, {"interface", "eth0"});
  NAMED("web1/load/load:longterm", "collectd_load_longterm", {"instance", "web1"});
  NAMED("web1/memory/memory-used", "collectd_memory", {"instance", "web1"}, {"memory", "used"});
  NAMED("web1/processes/ps_state-running", "collectd_processes_ps_state", {"instance", "web1"},
        {"processes", "running"});
  NAMED("web1/processes-nginx/ps_count:threads", "collectd_processes_ps_count_threads",
        {"instance", "web1"}, {"processes", "nginx"});
  NAMED("web1/my_own-x/tcp_connections-y", "collectd_my_own_tcp_connections", {"instance", "web1"},
        {"my_own", "x"}, {"type", "y"});
  NAMED("web1/my_own/memory", "collectd_my_own_memory", {"instance", "web1"});
}

static void test_collectd_names_that_are_none(void **state) {
  (void)state;
  NAMED(NULL, "collectd_load_longterm", {"job", "x"});               /* of no host */
  NAMED(NULL, "collectd_load_longterm_total", {"instance", "web1"}); /* no counter */
  NAMED(NULL, "collectd_cpu", {"instance", "web1"}, {"cpu", "0"});   /* a counter */
  NAMED(NULL, "collectd_never_heard_of", {"instance", "web1"});
  NAMED(NULL, "collectd_", {"instance", "web1"});
  NAMED(NULL, "up", {"instance", "web1"});
}

static void test_node_names(void **state) {
  (void)state;
  const struct prometheus_metric cpu =
      NAMED("db1/cpu-3/cpu-wait", "node_cpu_seconds_total", {"cpu", "3"}, {"mode", "iowait"},
            {"instance", "db1:9100"});
  assert_true(cpu.counter && cpu.scale == 100);
  NAMED("db1/df-root/df_complex-free", "node_filesystem_avail_bytes", {"instance", "db1:9100"},
        {"mountpoint", "/"}, {"device", "sda1"});
  NAMED("db1/df-var-lib/df_complex-free", "node_filesystem_avail_bytes", {"instance", "db1"},
        {"mountpoint", "/var/lib"});
  NAMED("db1/load/load:midterm", "node_load5", {"instance", "db1:9100"});
  NAMED(NULL, "node_load5", {"job", "x"});
  NAMED(NULL, "node_cpu_seconds_total", {"cpu", "3"}, {"instance", "db1:9100"});
  NAMED(NULL, "node_unheard_of", {"instance", "db1:9100"});
  char endless[400];
  memset(endless, 'x', sizeof endless - 1);
  endless[sizeof endless - 1] = '\0';
  NAMED(NULL, "node_load5", {"instance", endless});
  NAMED(NULL, "node_disk_read_bytes_total", {"instance", "db1"}, {"device", endless});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_types),
      cmocka_unit_test(test_types_of_nowhere),
      cmocka_unit_test(test_archive_is_chosen),
      cmocka_unit_test(test_wrong_infos),
      cmocka_unit_test(test_collectd_names),
      cmocka_unit_test(test_collectd_names_that_are_none),
      cmocka_unit_test(test_node_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
