/*
 * What each detector of the list claims to detect, on seeded signals of one
 * value a minute at preset options, and how seldom it is wrong. A detector
 * without a row in claims.c fails.
 */
#include "unit/claims.h"
#include "unit/signals.h"
#include "unit/subject.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const char *const signal_names[] = {"gaussian", "heavy-tailed", "seasonal",    "constant",
                                           "sparse",   "saturating",   "counter-like"};

static double signal_value(enum signal signal, struct noise *noise, uint32_t i) {
  switch (signal) {
  case GAUSSIAN:
    return 50 + 2 * noise_gaussian(noise);
  case HEAVY_TAILED:
    return 50 + 2 * noise_heavy(noise);
  case SEASONAL:
    return 50 + 20 * sin(i * 2 * acos(-1) / 1440) + 2 * noise_gaussian(noise);
  case CONSTANT:
    return 8;
  case SPARSE:
    return noise_uniform(noise) < .02 ? 3 + noise_uniform(noise) : 0;
  case SATURATING:
    return fmin(100, 90 + 12 * sin(i * 2 * acos(-1) / 1440) + 5 * noise_gaussian(noise));
  case COUNTER_LIKE:
  case SIGNALS:
    break;
  }
  return 1e6 + i * 100. + 20 * noise_gaussian(noise);
}

/* A stream of one signal into one subject, from minute to minute. */
struct stream {
  struct subject subject;
  struct noise noise;
  enum signal signal;
  uint32_t minute;
  double offset; /* added to every value */
};

static struct stream stream_open(const struct detector *detector, enum signal signal,
                                 uint64_t seed) {
  return (struct stream){.subject = subject_create(detector, claim_of(detector)->settings),
                         .noise = {seed},
                         .signal = signal};
}

static void stream_close(struct stream *stream) { subject_destroy(&stream->subject); }

static struct finding stream_next(struct stream *stream) {
  const double value = signal_value(stream->signal, &stream->noise, stream->minute++);
  return subject_update(&stream->subject, MINUTE, value + stream->offset);
}

/* Passes that time; returns the share of values over the line. */
static double stream_run(struct stream *stream, double seconds) {
  const uint32_t values = (uint32_t)(seconds / MINUTE);
  uint32_t alarms = 0;
  for (uint32_t i = 0; i < values; i++)
    alarms += stream_next(stream).ratio >= 1;
  return alarms / (double)values;
}

static bool stream_alarms_within(struct stream *stream, uint32_t values) {
  for (uint32_t i = 0; i < values; i++)
    if (stream_next(stream).ratio >= 1)
      return true;
  return false;
}

static struct stream stream_settled(const struct detector *detector, enum signal signal,
                                    uint64_t seed) {
  struct stream stream = stream_open(detector, signal, seed);
  (void)stream_run(&stream, claim_of(detector)->settle);
  return stream;
}

static void test_every_detector_claims_something(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    const struct claim *const claim = claim_of(*at);
    assert_true(claim->faults != 0 || claim->judges_silence);
    assert_int_equal(claim->judges_silence, (*at)->silence != NULL);
  }
}

static void test_silent_until_ready(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    struct stream stream = stream_open(*at, GAUSSIAN, 1);
    const double settle = claim_of(*at)->settle;
    bool ready = stream_next(&stream).ready;
    assert_int_equal(ready, settle == 0);
    for (double passed = 0; passed < settle; passed += MINUTE) {
      const struct finding finding = stream_next(&stream);
      assert_true(finding.ready || !ready);
      assert_true(finding.ready || finding.ratio < 1);
      ready = finding.ready;
    }
    assert_true(ready);
    stream_close(&stream);
  }
}

/*
 * What a fault is: its name, how long it lasts, the signal it befalls and a word
 * on what it must be called.
 */
struct fault_shape {
  const char *name;
  enum signal signal;
  uint32_t minutes; /* within which it must be found */
  unsigned kinds;   /* that say what it is: bits of 1 << enum anomaly_kind */
  bool outlier;     /* beyond the band from its first value on */
};

#define KIND(kind) (1u << (kind))
#define LEVELS (KIND(KIND_LEVEL_SHIFT) | KIND(KIND_DRIFT))

static const struct fault_shape fault_shapes[FAULTS] = {
    [SPIKE] = {"a spike", GAUSSIAN, 1, KIND(KIND_SPIKE) | KIND(KIND_VARIANCE) | LEVELS, true},
    [DIP] = {"a dip", GAUSSIAN, 1, KIND(KIND_DIP) | KIND(KIND_VARIANCE) | LEVELS, true},
    [STEP] = {"a step of 5 deviations", GAUSSIAN, 120,
              KIND(KIND_SPIKE) | KIND(KIND_PATTERN) | KIND(KIND_VARIANCE) | LEVELS, false},
    [DRIFT] = {"a drift of 10 deviations in 12 hours", GAUSSIAN, 720, KIND(KIND_SPIKE) | LEVELS,
               false},
    [WIDER] = {"five times the spread", GAUSSIAN, 240,
               KIND(KIND_VARIANCE) | KIND(KIND_SPIKE) | KIND(KIND_DIP) | KIND(KIND_PATTERN), false},
    [NARROWER] = {"a tenth of the spread", GAUSSIAN, 720, KIND(KIND_VARIANCE), false},
    [STUCK] = {"a stuck value", GAUSSIAN, 480, KIND(KIND_FLATLINE) | KIND(KIND_VARIANCE), false},
    [ODD_SHAPE] = {"a fast wave in the usual range", GAUSSIAN, 120,
                   KIND(KIND_PATTERN) | KIND(KIND_VARIANCE), false},
    [NO_PEAK] = {"a missing daily peak", SEASONAL, 720,
                 KIND(KIND_PATTERN) | KIND(KIND_DIP) | LEVELS, false},
    [HIDDEN_DRIFT] = {"a drift of 10 deviations in a day under a daily rhythm", SEASONAL, 1440,
                      KIND(KIND_DRIFT), false},
};

/* The value of minute `i` of the fault; `usual` is what it would be without. */
static double fault_value(enum fault fault, double usual, uint32_t i) {
  switch (fault) {
  case SPIKE:
    return 90;
  case DIP:
    return 10;
  case STEP:
    return usual + 10;
  case DRIFT:
    return usual + 20 * (i + 1) / 720.;
  case WIDER:
    return 50 + 5 * (usual - 50);
  case NARROWER:
    return 50 + .1 * (usual - 50);
  case STUCK:
    return 51;
  case ODD_SHAPE:
    return 50 + (i % 2 == 0 ? 3.5 : -3.5) + .05 * (usual - 50);
  case NO_PEAK:
    return usual - 20 * fmax(0, sin(i * 2 * acos(-1) / 1440));
  case HIDDEN_DRIFT:
    return usual + 20 * (i + 1) / 1440.;
  case FAULTS:
    break;
  }
  return usual;
}

/* The first finding over the line, or the last one. */
static struct finding stream_fault(struct stream *stream, enum fault fault) {
  struct finding finding = finding_none();
  for (uint32_t i = 0; i < fault_shapes[fault].minutes && finding.ratio < 1; i++) {
    const double usual = signal_value(stream->signal, &stream->noise, stream->minute++);
    finding = subject_update(&stream->subject, MINUTE, fault_value(fault, usual, i));
  }
  return finding;
}

/* When a step began is told at the first alarm, and not told anew as long as it lasts. */
static void test_beginnings_are_told(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    for (uint64_t seed = 0; seed < 10 && claim_of(*at)->dates > 0; seed++) {
      struct stream stream = stream_settled(*at, GAUSSIAN, seed);
      const double began = stream.subject.time + MINUTE;
      stream.offset = 8;
      struct finding finding = stream_next(&stream);
      while (finding.ratio < 1 && stream.subject.time < began + DAY)
        finding = stream_next(&stream);
      assert_near(finding.since, began, claim_of(*at)->dates);
      const double since = finding.since;
      assert_true(stream_next(&stream).since == since);
      stream_close(&stream);
    }
}

static bool claims_fault(const struct detector *detector, enum fault fault) {
  return (claim_of(detector)->faults & FAULT(fault)) != 0;
}

static void check_found(const struct detector *detector, enum fault fault,
                        const struct finding *finding) {
  const struct fault_shape *const shape = &fault_shapes[fault];
  if (!finding->ready || finding->ratio < 1)
    fail_msg("%s: does not see %s: ratio %g", detector->name, shape->name, finding->ratio);
  if ((shape->kinds & KIND(finding->kind)) == 0)
    fail_msg("%s: calls %s %s", detector->name, shape->name, anomaly_kind_name(finding->kind));
  assert_non_null(finding->reason);
  assert_true((finding->surprise > 0) != claim_of(detector)->measures_bounds);
}

/* One odd value is described, and forgotten with the next ordinary ones. */
static void check_outlier(struct stream *stream, enum fault fault, const struct finding *finding) {
  const double outlier = fault_value(fault, 50, 0);
  if (!(finding->onset > 0))
    fail_msg("%s: %g is no onset", stream->subject.detector->name, outlier);
  assert_true(finding->surprise > 2 || claim_of(stream->subject.detector)->measures_bounds);
  if (!isnan(finding->expected)) {
    assert_true(fabs(finding->expected - 50) < 5);
    assert_true(finding->lower < finding->expected && finding->expected < finding->upper);
    assert_true(outlier < finding->lower || outlier > finding->upper);
  }
  (void)stream_run(stream, 20 * MINUTE);
  assert_true(stream_run(stream, 100 * MINUTE) <= .03);
}

static void assert_fault_is_found(const struct detector *detector, enum fault fault) {
  for (uint64_t seed = 0; seed < 10; seed++) {
    struct stream stream = stream_settled(detector, fault_shapes[fault].signal, seed);
    if (fault == NO_PEAK) /* not in the middle of one */
      (void)stream_run(&stream, (1440 - stream.minute % 1440) * MINUTE);
    const struct finding finding = stream_fault(&stream, fault);
    check_found(detector, fault, &finding);
    if (fault_shapes[fault].outlier)
      check_outlier(&stream, fault, &finding);
    stream_close(&stream);
  }
}

static void test_claimed_faults_are_found(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    for (enum fault fault = 0; fault < FAULTS; fault++)
      if (claims_fault(*at, fault))
        assert_fault_is_found(*at, fault);
}

static void assert_level_is_found_and_accepted(const struct detector *detector, enum signal signal,
                                               double offset) {
  const struct claim *const claim = claim_of(detector);
  struct stream stream = stream_settled(detector, signal, 7);
  stream.offset = offset;
  if (!stream_alarms_within(&stream, claim->slow ? 120 : 10))
    fail_msg("%s: does not see a step of %g", detector->name, offset);
  (void)stream_run(&stream, claim->accept);
  const double share = stream_run(&stream, 1000 * MINUTE);
  if (share > 2 * claim->false_alarms[signal] + .001)
    fail_msg("%s: a step of %g is not usual in time: %g of the values are odd", detector->name,
             offset, share);
  if (claim->forgets && subject_update(&stream.subject, MINUTE, 50).ratio < 1)
    fail_msg("%s: after a step of %g the old level is still usual", detector->name, offset);
  stream_close(&stream);
}

static void test_lasting_levels_become_usual(void **unused) {
  (void)unused;
  static const double offsets[] = {20, -20, 60, 2000, -1e6, 1e12};
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    if (claim_of(*at)->follows)
      for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        if (fabs(offsets[i]) > claim_of(*at)->farthest)
          continue;
        assert_level_is_found_and_accepted(*at, GAUSSIAN, offsets[i]);
        assert_level_is_found_and_accepted(*at, CONSTANT, offsets[i]);
      }
}

static void assert_fault_is_accepted(const struct detector *detector, enum fault fault) {
  const struct claim *const claim = claim_of(detector);
  struct stream stream = stream_settled(detector, fault_shapes[fault].signal, 3);
  const uint32_t minutes = (uint32_t)(claim->accept / MINUTE);
  uint32_t early = 0, late = 0;
  for (uint32_t i = 0; i < minutes + 1000; i++) {
    const double usual = signal_value(stream.signal, &stream.noise, stream.minute++);
    const double value = fault_value(fault, usual, i);
    *(i < minutes ? &early : &late) += subject_update(&stream.subject, MINUTE, value).ratio >= 1;
  }
  if (early == 0 || late > 1)
    fail_msg("%s: %s is odd %u times at first, %u times later", detector->name,
             fault_shapes[fault].name, early, late);
  stream_close(&stream);
}

static void test_lasting_faults_become_usual(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    for (enum fault fault = 0; fault < FAULTS; fault++)
      if ((claim_of(*at)->accepts & FAULT(fault)) != 0)
        assert_fault_is_accepted(*at, fault);
}

static void test_false_alarms_are_bounded(void **unused) {
  (void)unused;
  bool failed = false;
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    for (enum signal signal = 0; signal < SIGNALS; signal++) {
      double share = 0;
      for (uint64_t seed = 0; seed < 5; seed++) {
        struct stream stream = stream_settled(*at, signal, seed);
        share += stream_run(&stream, 7 * DAY) / 5;
        stream_close(&stream);
      }
      const double bound = claim_of(*at)->false_alarms[signal];
      print_message("%s: %s: %g of the values alarm, at most %g%s\n", (*at)->name,
                    signal_names[signal], share, bound, share > bound ? ": too many" : "");
      failed = failed || share > bound;
    }
  assert_false(failed);
}

static void test_hostile_values_are_overcome(void **unused) {
  (void)unused;
  for (const struct detector *const *at = detector_list; *at != NULL; at++) {
    const struct claim *const claim = claim_of(*at);
    for (uint64_t seed = 0; seed < 6; seed++) {
      struct stream stream = stream_open(*at, GAUSSIAN, seed);
      if (seed % 2 == 0)
        (void)stream_run(&stream, claim->settle);
      subject_feed_hostile(&stream.subject, &stream.noise, 2000);
      (void)stream_run(&stream, claim->recovery);
      const double share = stream_run(&stream, DAY);
      if (share > 2 * claim->false_alarms[GAUSSIAN])
        fail_msg("%s: after hostile values %g of ordinary ones alarm", (*at)->name, share);
      for (enum fault fault = 0; fault < FAULTS && fault != NO_PEAK; fault++)
        if (claims_fault(*at, fault)) {
          const struct finding finding = stream_fault(&stream, fault);
          check_found(*at, fault, &finding);
          break;
        }
      if (claim->judges_silence)
        assert_true(subject_silence(&stream.subject, DAY).ratio >= 1);
      stream_close(&stream);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_detector_claims_something),
      cmocka_unit_test(test_silent_until_ready),
      cmocka_unit_test(test_claimed_faults_are_found),
      cmocka_unit_test(test_beginnings_are_told),
      cmocka_unit_test(test_lasting_levels_become_usual),
      cmocka_unit_test(test_lasting_faults_become_usual),
      cmocka_unit_test(test_false_alarms_are_bounded),
      cmocka_unit_test(test_hostile_values_are_overcome),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
