#include "engine/decision.h"

#include "base/option.h"
#include "unit/unit_test.h"

#include <math.h>

static const char *const names[] = {"a", "b", "c"};

static struct rule_options preset(void) {
  struct rule_options options;
  option_set_presets(rule_option_rows, &options);
  return options;
}

static struct finding finding(double ratio, bool ready) {
  struct finding finding = finding_none();
  finding.ratio = ratio;
  finding.ready = ready;
  finding.kind = KIND_SPIKE;
  finding.expected = 10;
  finding.lower = 5;
  finding.upper = 15;
  return finding;
}

static struct verdict combine(const struct rule_options *options, double a, double b, double c) {
  const struct finding findings[] = {finding(a, true), finding(b, true), finding(c, true)};
  const struct decision_lines lines = decision_lines(options);
  struct verdict verdict;
  decision_combine(options, &lines, findings, names, 3, 100, 20, &verdict);
  return verdict;
}

static void any_takes_the_largest(void **state) {
  (void)state;
  const struct rule_options options = preset();
  const struct verdict verdict = combine(&options, .2, 4, .5);
  assert_true(verdict.ratio == 4 && verdict.score == .8 && verdict.anomaly);
  assert_string_equal(verdict.leading, "b");
  assert_int_equal(verdict.agree, 1);
  assert_true(fabs(verdict.confidence - 1. / 3) < 1e-12);
}

static void majority_takes_what_two_of_three_reach(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.consensus = CONSENSUS_MAJORITY;
  assert_true(combine(&options, .2, 4, .5).ratio == .5);
  assert_false(combine(&options, .2, 4, .5).anomaly);
  assert_true(combine(&options, 1.5, 4, .5).anomaly);
  assert_true(fabs(combine(&options, 1.5, 4, .5).confidence - 2. / 3) < 1e-12);
}

static void all_takes_the_smallest(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.consensus = CONSENSUS_ALL;
  assert_true(combine(&options, 2, 4, .5).ratio == .5);
  assert_true(combine(&options, 2, 4, 3).anomaly);
}

static void strongest_is_sure_of_itself(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.consensus = CONSENSUS_STRONGEST;
  assert_true(combine(&options, .2, 4, .5).confidence == 1);
  assert_true(combine(&options, .2, .4, .5).confidence == 0);
}

static void who_is_not_ready_has_no_vote(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.consensus = CONSENSUS_ALL;
  const struct finding findings[] = {finding(0, false), finding(3, true), finding(2, true)};
  const struct decision_lines lines = decision_lines(&options);
  struct verdict verdict;
  decision_combine(&options, &lines, findings, names, 3, 100, 20, &verdict);
  assert_true(verdict.ratio == 2 && verdict.anomaly && verdict.confidence == 1);
  assert_int_equal(verdict.ready, 2);
  assert_int_equal(verdict.detectors, 3);
}

static void who_abstains_weakens_nobody(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.consensus = CONSENSUS_MAJORITY;
  struct finding findings[] = {finding(3, true), finding(0, true)};
  findings[1].abstains = true;
  const struct decision_lines lines = decision_lines(&options);
  struct verdict verdict;
  decision_combine(&options, &lines, findings, names, 2, 100, 20, &verdict);
  assert_true(verdict.anomaly && verdict.ratio == 3 && verdict.confidence == 1);
  assert_int_equal(verdict.ready, 1);
  assert_int_equal(verdict.detectors, 2);
}

static void where_none_is_ready_all_vote(void **state) {
  (void)state;
  const struct rule_options options = preset();
  const struct finding findings[] = {finding(3, false)};
  const struct decision_lines lines = decision_lines(&options);
  struct verdict verdict;
  decision_combine(&options, &lines, findings, names, 1, 100, 20, &verdict);
  assert_true(verdict.anomaly);
  assert_int_equal(verdict.ready, 0);
}

/* Else every alarm would be a failure where the two lines lie close. */
static void sensitivity_moves_both_lines(void **state) {
  (void)state;
  struct rule_options options = preset();
  const struct decision_lines normal = decision_lines(&options);
  options.sensitivity = SENSITIVITY_QUIET;
  assert_true(decision_lines(&options).alarm == 1.25 * normal.alarm);
  assert_true(decision_lines(&options).failure == 1.25 * normal.failure);
  options.sensitivity = SENSITIVITY_HIGH;
  assert_true(decision_lines(&options).failure == .8 * normal.failure);
}

static void sensitivity_moves_no_evidence(void **state) {
  (void)state;
  struct rule_options options = preset();
  assert_true(combine(&options, 1.1, 0, 0).anomaly);
  options.sensitivity = SENSITIVITY_QUIET;
  assert_false(combine(&options, 1.1, 0, 0).anomaly);
  assert_true(combine(&options, 1.1, 0, 0).ratio == 1.1);
  options.sensitivity = SENSITIVITY_HIGH;
  assert_true(combine(&options, .9, 0, 0).anomaly);
}

static void rule_may_not_care(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.direction = DIRECTION_BELOW;
  assert_false(combine(&options, 3, 0, 0).anomaly); /* 20 is above 10 */
  options.direction = DIRECTION_ABOVE;
  assert_true(combine(&options, 3, 0, 0).anomaly);
  options.min_deviation = 10.5;
  assert_false(combine(&options, 3, 0, 0).anomaly);
  options.min_deviation = 9.5;
  options.min_rel_deviation = 1.1;
  assert_false(combine(&options, 3, 0, 0).anomaly);
  options.min_rel_deviation = .9;
  assert_true(combine(&options, 3, 0, 0).anomaly);
}

static void deviation_does_not_matter_for_a_flatline(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.min_deviation = 1e9;
  struct finding flat = finding(3, true);
  flat.kind = KIND_FLATLINE;
  const struct decision_lines lines = decision_lines(&options);
  struct verdict verdict;
  decision_combine(&options, &lines, &flat, names, 1, 100, 20, &verdict);
  assert_true(verdict.anomaly);
}

static void band_is_clipped_to_the_range(void **state) {
  (void)state;
  struct rule_options options = preset();
  options.range_min = 6;
  options.range_max = 14;
  const struct verdict verdict = combine(&options, 3, 0, 0);
  assert_true(verdict.lower == 6 && verdict.upper == 14 && verdict.expected == 10);
}

/* A decision under test, fed with ratios one minute apart. */
struct run {
  struct rule_options options;
  struct decision decision;
  enum episode_end end;
  double time;
  double began; /* seconds before a verdict that what it found did */
};

static struct run new_run(void) { return (struct run){.options = preset(), .time = 1000}; }

static struct verdict feed_value(struct run *run, double ratio, double value,
                                 enum anomaly_kind kind) {
  const struct decision_lines lines = decision_lines(&run->options);
  struct finding one = finding(ratio, true);
  struct verdict verdict;
  one.kind = kind;
  run->time += 60;
  one.since = run->time - run->began;
  decision_combine(&run->options, &lines, &one, names, 1, run->time, value, &verdict);
  decision_advance(&run->decision, &run->options, &lines, &verdict, &run->end);
  return verdict;
}

static enum episode_change feed(struct run *run, double ratio) {
  return feed_value(run, ratio, 20, KIND_SPIKE).change;
}

static enum episode_change feed_times(struct run *run, double ratio, unsigned times) {
  enum episode_change change = EPISODE_UNCHANGED;
  while (times-- > 0 && change == EPISODE_UNCHANGED)
    change = feed(run, ratio);
  return change;
}

static void episode_opens_and_closes(void **state) {
  (void)state;
  struct run run = new_run();
  assert_int_equal(feed(&run, .9), EPISODE_UNCHANGED);
  assert_int_equal(feed(&run, 1.2), EPISODE_OPENED);
  assert_true(run.decision.start == run.time);
  assert_int_equal(feed(&run, 2), EPISODE_UNCHANGED);
  assert_true(run.decision.peak_ratio == 2);
  assert_int_equal(feed_times(&run, .1, run.options.calm - 1), EPISODE_UNCHANGED);
  assert_int_equal(feed(&run, .1), EPISODE_CLOSED);
  assert_int_equal(run.end, EPISODE_RECOVERED);
}

/* What a verdict found may have begun long before: that is shown, and does not end it sooner. */
static void episode_began_when_the_detector_says(void **state) {
  (void)state;
  static const struct {
    double since, began; /* seconds before the verdict */
  } rows[] = {{5000, 5000}, {0, 0}, {-60, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct run run = new_run();
    run.time = 90000;
    run.options.timeout = 600;
    run.began = rows[i].since;
    (void)feed(&run, 2);
    assert_true(run.decision.start == run.time);
    assert_true(run.decision.since == run.time - rows[i].began);
    assert_int_equal(feed(&run, 2), EPISODE_UNCHANGED);
  }
}

static void unknown_beginning_is_the_first_verdict(void **state) {
  (void)state;
  struct run run = new_run();
  run.began = run.time + 60; /* since 0 */
  (void)feed(&run, 2);
  assert_true(run.decision.since == run.time);
}

static void hysteresis_keeps_it_open(void **state) {
  (void)state;
  struct run run = new_run();
  (void)feed(&run, 2);
  assert_int_equal(feed_times(&run, .6, 100), EPISODE_UNCHANGED);
  assert_int_equal(feed_times(&run, .4, 9), EPISODE_UNCHANGED);
  (void)feed(&run, .6);
  assert_int_equal(feed_times(&run, .4, 9), EPISODE_UNCHANGED);
  assert_int_equal(feed(&run, .4), EPISODE_CLOSED);
}

static void hits_must_come_in_a_row(void **state) {
  (void)state;
  struct run run = new_run();
  run.options.hits = 3;
  (void)feed(&run, 2);
  (void)feed(&run, 2);
  (void)feed(&run, .1);
  (void)feed(&run, 3);
  const double start = run.time;
  (void)feed(&run, 2);
  assert_int_equal(feed(&run, 2), EPISODE_OPENED);
  assert_true(run.decision.start == start);
  assert_true(run.decision.peak_ratio == 3);
}

static void escalates_at_most_once(void **state) {
  (void)state;
  struct run run = new_run();
  struct verdict verdict = feed_value(&run, 2, 20, KIND_SPIKE);
  assert_int_equal(verdict.severity, SEVERITY_WARNING);
  verdict = feed_value(&run, 4.1, 20, KIND_SPIKE);
  assert_int_equal(verdict.change, EPISODE_ESCALATED);
  assert_int_equal(verdict.severity, SEVERITY_FAILURE);
  assert_int_equal(feed(&run, 2), EPISODE_UNCHANGED);
  assert_int_equal(feed(&run, 9), EPISODE_UNCHANGED);
}

static void opens_as_failure_at_once(void **state) {
  (void)state;
  struct run run = new_run();
  assert_int_equal(feed_value(&run, 5, 20, KIND_SPIKE).severity, SEVERITY_FAILURE);
}

static void lasting_episode_is_accepted_and_does_not_reopen(void **state) {
  (void)state;
  struct run run = new_run();
  run.options.timeout = 600;
  (void)feed(&run, 2);
  assert_int_equal(feed_times(&run, 2, 20), EPISODE_CLOSED);
  assert_int_equal(run.end, EPISODE_ACCEPTED);
  assert_int_equal(feed_times(&run, 2, 100), EPISODE_UNCHANGED);
  (void)feed(&run, .1);
  assert_int_equal(feed(&run, 2), EPISODE_OPENED);
}

static void next_episode_has_its_own_peak(void **state) {
  (void)state;
  struct run run = new_run();
  (void)feed(&run, 50);
  assert_int_equal(feed_times(&run, 0, 10), EPISODE_CLOSED);
  assert_int_equal(feed(&run, 2), EPISODE_OPENED);
  assert_true(run.decision.peak_ratio == 2);
  assert_int_equal(run.decision.severity, SEVERITY_WARNING);
}

static void missing_ends_with_the_first_value(void **state) {
  (void)state;
  struct run run = new_run();
  assert_int_equal(feed_value(&run, 2, NAN, KIND_MISSING).change, EPISODE_OPENED);
  assert_int_equal(feed_value(&run, 0, 20, KIND_NONE).change, EPISODE_CLOSED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_takes_the_largest),
      cmocka_unit_test(majority_takes_what_two_of_three_reach),
      cmocka_unit_test(all_takes_the_smallest),
      cmocka_unit_test(strongest_is_sure_of_itself),
      cmocka_unit_test(who_is_not_ready_has_no_vote),
      cmocka_unit_test(who_abstains_weakens_nobody),
      cmocka_unit_test(where_none_is_ready_all_vote),
      cmocka_unit_test(sensitivity_moves_both_lines),
      cmocka_unit_test(sensitivity_moves_no_evidence),
      cmocka_unit_test(rule_may_not_care),
      cmocka_unit_test(deviation_does_not_matter_for_a_flatline),
      cmocka_unit_test(band_is_clipped_to_the_range),
      cmocka_unit_test(episode_opens_and_closes),
      cmocka_unit_test(episode_began_when_the_detector_says),
      cmocka_unit_test(unknown_beginning_is_the_first_verdict),
      cmocka_unit_test(hysteresis_keeps_it_open),
      cmocka_unit_test(hits_must_come_in_a_row),
      cmocka_unit_test(escalates_at_most_once),
      cmocka_unit_test(opens_as_failure_at_once),
      cmocka_unit_test(lasting_episode_is_accepted_and_does_not_reopen),
      cmocka_unit_test(next_episode_has_its_own_peak),
      cmocka_unit_test(missing_ends_with_the_first_value),
  };
  return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
