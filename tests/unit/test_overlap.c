/* Point and range measures, labels, and the sketch of a plot. */
#include "anomaly/status.h"
#include "cli/plot.h"
#include "evaluate/overlap.h"
#include "history/labels.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define assert_near(is, should) assert_true(fabs((is) - (should)) < 1e-12)

enum { ROWS = 20 };

/* '#' is a flag; the first two rows are not scored. */
static struct overlap overlap_of(const char *labels, const char *alarms) {
  bool label[ROWS], alarm[ROWS];
  const size_t rows = strlen(labels);
  assert_true(rows == strlen(alarms) && rows <= ROWS);
  for (size_t i = 0; i < rows; i++) {
    label[i] = labels[i] == '#';
    alarm[i] = alarms[i] == '#';
  }
  const struct event_truth truth = {.rows = rows, .scored_from = 2};
  struct overlap overlap = {.both = 0};
  overlap_add(&overlap, &truth, label, alarm);
  return overlap;
}

static void test_overlap(void **state) {
  (void)state;
  const struct overlap overlap = overlap_of("##..####....##..", //
                                            "##....##.#......");
  assert_near(overlap_point_precision(&overlap), 2. / 3);
  assert_near(overlap_point_recall(&overlap), 2. / 6);
  assert_near(overlap_range_precision(&overlap), 1. / 2);
  assert_near(overlap_range_recall(&overlap), (1. / 2 + 0) / 2);
}

static void test_overlap_of_nothing(void **state) {
  (void)state;
  struct overlap overlap = overlap_of("##......", "........");
  assert_true(isnan(overlap_point_precision(&overlap)));
  assert_true(isnan(overlap_range_recall(&overlap)));
  overlap = overlap_of("..####", "......");
  assert_near(overlap_point_recall(&overlap), 0);
  assert_near(overlap_range_recall(&overlap), 0);
  assert_true(isnan(overlap_range_precision(&overlap)));
}

static void test_f1(void **state) {
  (void)state;
  assert_near(overlap_f1(.5, .5), .5);
  assert_near(overlap_f1(1, .5), 2. / 3);
  assert_near(overlap_f1(0, 0), 0);
  assert_true(isnan(overlap_f1(NAN, .5)));
}

static int read_text(struct labels *labels, const char *words, char *why, size_t size) {
  FILE *const stream = fmemopen((void *)(uintptr_t)words, strlen(words), "r");
  struct text text = text_over(why, size);
  *labels = (struct labels){.list = NULL};
  const int status = labels_read(labels, stream, &text);
  fclose(stream);
  return status;
}

static void assert_labelled(const struct labels *labels, const char *host, const char *when) {
  const struct metric_id id = {{host, "load", "", "load", "", "value"}};
  struct label_walk walk;
  assert_int_equal(label_walk_create(&walk, labels, &id, "web1.csv"), STATUS_OK);
  for (size_t i = 0; when[i] != '\0'; i++)
    assert_int_equal(label_walk_at(&walk, 100 + (double)i), when[i] == '#');
  label_walk_release(&walk);
}

static void test_labels(void **state) {
  (void)state;
  char why[128];
  struct labels labels;
  assert_int_equal(read_text(&labels,
                             "end,metric,start,note\n"
                             "105,web1/load/load,104,a\n"
                             "109,,108,b\n"
                             "111,web*,101,c\n"
                             "103,db[1]/load/load,102,d\n",
                             why, sizeof why),
                   STATUS_OK);
  assert_labelled(&labels, "web1", ".###########.");
  assert_labelled(&labels, "mail", "........##...");
  assert_labelled(&labels, "db1", "..##....##...");
  assert_labelled(&labels, "db[1]", "..##....##...");
  labels_release(&labels);
  assert_int_equal(read_text(&labels, "start,end\n1970-01-01T00:01:41Z,103\n", why, sizeof why),
                   STATUS_OK);
  assert_labelled(&labels, "any", ".###..");
  labels_release(&labels);
}

static void test_wrong_labels(void **state) {
  (void)state;
  static const char *const wrong[][2] = {
      {"\n", "no header line"},
      {"a,b\n1,2\n", "columns \"start\" and \"end\""},
      {"start,end\n1\n", "line 2: wrong number of fields"},
      {"start,end\n1,2\n3,2\n", "line 3: the end is before"},
      {"start,end\nx,2\n", "line 2: start and end must be times"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char why[128] = "";
    struct labels labels;
    assert_int_equal(read_text(&labels, wrong[i][0], why, sizeof why), STATUS_INVALID);
    assert_non_null(strstr(why, wrong[i][1]));
    labels_release(&labels);
  }
}

static void add(struct plot *plot, double time, double value, bool labelled) {
  const struct plot_point point = {.time = time,
                                   .value = value,
                                   .lower = value - 1,
                                   .upper = value + 1,
                                   .score = value / 1000,
                                   .labelled = labelled};
  plot_add(plot, &point);
}

static void test_plot(void **state) {
  (void)state;
  static struct plot plot;
  plot_init(&plot);
  assert_int_equal(plot_length(&plot), 0);
  for (int i = 0; i < 100000; i++)
    add(&plot, 1e9 + 10 * i, i == 77777 ? 900 : i % 10, i >= 50000 && i < 50010);
  const size_t length = plot_length(&plot);
  assert_true(length > PLOT_SPANS / 2 && length <= PLOT_SPANS);
  assert_true(plot.start == 1e9 && plot.width * (double)length >= 1e6);
  size_t peaks = 0, labels = 0;
  for (size_t i = 0; i < length; i++) {
    const struct plot_span *const span = &plot.spans[i];
    assert_true(span->low == 0 && span->high >= 9 && span->lower == -1 && span->upper >= 10);
    peaks += span->high > 800 && span->score > .8F;
    labels += span->labelled;
  }
  assert_int_equal(peaks, 1);
  assert_in_range(labels, 1, 2);
  add(&plot, 1e9 + 1e6, NAN, false);
  assert_true(plot_length(&plot) >= length);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_overlap),      cmocka_unit_test(test_overlap_of_nothing),
      cmocka_unit_test(test_f1),           cmocka_unit_test(test_labels),
      cmocka_unit_test(test_wrong_labels), cmocka_unit_test(test_plot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
