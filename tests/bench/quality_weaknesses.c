#include "anomaly/status.h"
#include "base/random.h"
#include "bench/patient.h"
#include "bench/quality.h"
#include "evaluate/events.h"

#include <stdio.h>

static const double HOUR = 3600, WEEK = 604800;

struct weakness {
  const char *name;
  struct patient_case what;
  uint64_t metrics; /* with one fault each */
  bool young;       /* scored from the first record on; the fault comes up to an hour later */
};

#define GROWN(name, kind, job, fault, interval, days, begin_day, duration, metrics)                \
  { name, {kind, job, fault, interval, 24. * (days), 24. * (begin_day), duration}, metrics, false }
#define SEASON(name, kind, fault, interval, days, begin_day, metrics)                              \
  GROWN(name, kind, PATIENT_NO_JOBS, fault, interval, days, begin_day, 24, metrics)
#define SAWTOOTH(name, fault, interval, days, begin_day, metrics)                                  \
  GROWN(name, GENERATED_SAWTOOTH, PATIENT_NO_JOBS, fault, interval, days, begin_day, 12, metrics)
#define JOB(name, job, fault) GROWN(name, GENERATED_GAUSSIAN, job, fault, 60, 28, 22, 24, 20)
#define YOUNG(name, kind, fault, interval, begin, duration)                                        \
  { name, {kind, PATIENT_NO_JOBS, fault, interval, 24, begin, duration}, 40, true }

/* Day 0 is a Wednesday. */
static const struct weakness weaknesses[] = {
    SEASON("cpu: no peak", GENERATED_CPU, PATIENT_NO_PEAK, 60, 28, 22, 20),
    SEASON("cpu: no peak", GENERATED_CPU, PATIENT_NO_PEAK, 300, 28, 22, 40),
    SEASON("memory: no peak", GENERATED_MEMORY, PATIENT_NO_PEAK, 60, 28, 22, 20),
    SEASON("requests: no peak", GENERATED_WEEKLY, PATIENT_NO_PEAK, 60, 35, 29, 20),
    SEASON("requests: no peak", GENERATED_WEEKLY, PATIENT_NO_PEAK, 300, 35, 29, 40),
    SEASON("requests: an idle Thursday", GENERATED_WEEKLY, PATIENT_OTHER_DAY, 60, 35, 29, 20),
    SEASON("requests: a busy Sunday", GENERATED_WEEKLY, PATIENT_OTHER_DAY, 60, 35, 32, 20),
    SEASON("requests: a busy Sunday", GENERATED_WEEKLY, PATIENT_OTHER_DAY, 300, 35, 32, 40),
    SAWTOOTH("sawtooth: no reset", PATIENT_NO_RESET, 10, 16, 14, 10),
    SAWTOOTH("sawtooth: no reset", PATIENT_NO_RESET, 60, 28, 22, 20),
    SAWTOOTH("sawtooth: half a reset", PATIENT_HALF_RESET, 10, 16, 14, 10),
    SAWTOOTH("sawtooth: half a reset", PATIENT_HALF_RESET, 60, 28, 22, 20),
    JOB("hourly job: stops", PATIENT_HOURLY, PATIENT_NO_JOB),
    JOB("hourly job: moves", PATIENT_HOURLY, PATIENT_LATE_JOB),
    JOB("nightly job: stops", PATIENT_NIGHTLY, PATIENT_NO_JOB),
    JOB("nightly job: moves", PATIENT_NIGHTLY, PATIENT_LATE_JOB),
    YOUNG("2 h young gaussian: jump", GENERATED_GAUSSIAN, PATIENT_JUMP, 60, 2, 1),
    YOUNG("3 h young cpu: jump", GENERATED_CPU, PATIENT_JUMP, 60, 3, 1),
    YOUNG("18 h young cpu: jump", GENERATED_CPU, PATIENT_JUMP, 60, 18, 1),
    YOUNG("2 h young queue: jump", GENERATED_QUEUE, PATIENT_JUMP, 10, 2, 1),
    YOUNG("5 h young latency: jump", GENERATED_LATENCY, PATIENT_JUMP, 10, 5, 1),
    YOUNG("10 h young load: jump", GENERATED_WANDERING, PATIENT_JUMP, 60, 10, 1),
    YOUNG("6 h young cpu: stuck", GENERATED_CPU, PATIENT_STUCK, 60, 6, 4),
    YOUNG("6 h young queue: stuck", GENERATED_QUEUE, PATIENT_STUCK, 10, 6, 4),
    YOUNG("young bursty: healthy", GENERATED_BURSTY, PATIENT_HEALTHY, 60, 0, 0),
    YOUNG("young errors: healthy", GENERATED_ERRORS, PATIENT_HEALTHY, 60, 0, 0),
    YOUNG("young saturating: healthy", GENERATED_SATURATING, PATIENT_HEALTHY, 60, 0, 0),
    YOUNG("young sawtooth: healthy", GENERATED_SAWTOOTH, PATIENT_HEALTHY, 60, 0, 0),
    YOUNG("young requests: healthy", GENERATED_WEEKLY, PATIENT_HEALTHY, 60, 0, 0),
};
#define WEAKNESSES (sizeof(weaknesses) / sizeof(weaknesses[0]))

static struct patient_case case_of(const struct weakness *weakness, uint64_t seed) {
  struct patient_case what = weakness->what;
  uint64_t chance = seed;
  if (weakness->young)
    what.begin += (double)random_below(&chance, 3600) / HOUR;
  return what;
}

static void score_from_first_record(struct event_truth *truth, const struct patient *patient) {
  truth->scored_from = 0;
  truth->weeks = (patient->time[patient->rows - 1] - patient->time[0]) / WEEK;
  for (size_t at = 0; at < truth->segment_count; at++)
    truth->segments[at].counted = true;
}

static bool judge(const struct watch *watch, const struct weakness *weakness, uint64_t seed,
                  struct replay *replay, struct event_counts *counts) {
  const struct patient_case what = case_of(weakness, seed);
  struct patient patient;
  if (!patient_create(&what, seed, &patient))
    return false;
  struct event_truth truth;
  const bool good =
      replay_run(replay, watch, patient.time, patient.value, 1, patient.rows) &&
      event_truth_create(patient.time, patient.label, patient.rows, &truth) == STATUS_OK;
  if (good) {
    if (weakness->young)
      score_from_first_record(&truth, &patient);
    event_counts_add(counts, &truth, replay->alarm, NULL);
    event_truth_release(&truth);
  }
  patient_release(&patient);
  return good;
}

static void print_weakness(const struct watch *watch, const struct weakness *weakness,
                           struct replay *replay) {
  struct event_counts counts = {0};
  for (uint64_t seed = 1; seed <= weakness->metrics; seed++)
    if (!judge(watch, weakness, seed, replay, &counts))
      printf("out of memory\n");
  printf("%-28s%-28s%5.0f s", watch->title, weakness->name, weakness->what.interval);
  if (counts.segments > 0)
    printf("%5llu of%4llu", (unsigned long long)counts.found, (unsigned long long)counts.segments);
  else
    printf("%12s", "-");
  printf("%10.3f\n", event_false_per_week(&counts));
}

void quality_weaknesses(const struct watches *watches) {
  printf("\nfaults placed in generated metrics: how many are found, false episodes per week\n"
         "%-28s%-28s%7s%12s%10s\n",
         "detector", "metric: fault", "every", "found", "false/w");
  for (size_t at = 0; at < watches->count; at++) {
    struct replay replay = {0};
    for (size_t of = 0; of < WEAKNESSES; of++)
      print_weakness(&watches->watch[at], &weaknesses[of], &replay);
    replay_release(&replay);
  }
}
