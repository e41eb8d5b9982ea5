#include "bench/patient.h"

#include <math.h>
#include <stdlib.h>

static const double DAY = 86400, HOUR = 3600, MINUTE = 60;
static const double JUMP_DEVIATIONS = 20;
static const double SAWTOOTH_HEIGHT = 1.5e9;

/* The metric as it is, and what it would be three days on; what a fault has added so far. */
struct body {
  const struct patient_case *what;
  struct generator usual, later;
  double job, added;
};

static double job_value(struct body *body, bool ill) {
  struct generator *const generator = &body->usual;
  const bool hourly = body->what->job == PATIENT_HOURLY;
  const double period = hourly ? HOUR : DAY, duration = hourly ? 3 * MINUTE : 12 * MINUTE;
  const double late = ill && body->what->fault == PATIENT_LATE_JOB ? 20 * MINUTE : 0;
  const double begin = (hourly ? 17 * MINUTE : 3.3 * HOUR) + late;
  const double since = fmod(generator_time(generator) - begin + period, period);
  generator->row++;
  if (since < generator->interval)
    body->job = 40 + 4 * generator_normal(generator);
  const bool runs = since < duration && !(ill && body->what->fault == PATIENT_NO_JOB);
  return 3 + fabs(generator_normal(generator)) + (runs ? body->job : 0);
}

/* What a sawtooth has above its usual course since it did not fall as far as it should. */
static double unfallen(struct body *body, double share_before, bool ill) {
  const bool fell = body->usual.state[0] < share_before;
  if (!ill)
    body->added = 0;
  else if (fell && body->what->fault == PATIENT_NO_RESET)
    body->added += SAWTOOTH_HEIGHT;
  else if (fell && body->what->fault == PATIENT_HALF_RESET)
    body->added = SAWTOOTH_HEIGHT / 2;
  return body->added;
}

static double body_value(struct body *body, bool ill) {
  if (body->what->job != PATIENT_NO_JOBS)
    return job_value(body, ill);
  const double share = body->usual.state[0];
  body->usual.no_peak = ill && body->what->fault == PATIENT_NO_PEAK;
  const double usual = generator_next(&body->usual);
  const double later = generator_next(&body->later);
  if (ill && body->what->fault == PATIENT_OTHER_DAY)
    return later;
  return body->what->kind == GENERATED_SAWTOOTH ? usual + unfallen(body, share, ill) : usual;
}

static double mean_deviation(const double *value, size_t rows) {
  double mean = 0, deviation = 0;
  for (size_t row = 0; row < rows; row++)
    mean += value[row] / (double)rows;
  for (size_t row = 0; row < rows; row++)
    deviation += fabs(value[row] - mean) / (double)rows;
  return deviation;
}

/* What can befall any kind of metric. */
static void strike(enum patient_fault fault, struct patient *patient, size_t first, size_t end) {
  const double jump = JUMP_DEVIATIONS * mean_deviation(patient->value, first);
  for (size_t row = first; row < end; row++)
    if (fault == PATIENT_JUMP)
      patient->value[row] += jump;
    else if (fault == PATIENT_STUCK)
      patient->value[row] = patient->value[first - 1];
}

static void fill(const struct patient_case *what, uint64_t seed, struct patient *patient) {
  struct body body = {.what = what, .usual = generator_of(what->kind, what->interval, seed)};
  body.later = body.usual;
  body.later.start += 3 * DAY;
  const double rows_per_hour = HOUR / what->interval;
  const size_t first = (size_t)(what->begin * rows_per_hour);
  const size_t end = first + (size_t)(what->duration * rows_per_hour);
  for (size_t row = 0; row < patient->rows; row++) {
    patient->label[row] = what->fault != PATIENT_HEALTHY && row >= first && row < end;
    patient->time[row] = generator_time(&body.usual);
    patient->value[row] = body_value(&body, patient->label[row]);
  }
  strike(what->fault, patient, first, end);
}

bool patient_create(const struct patient_case *what, uint64_t seed, struct patient *ret_patient) {
  const size_t rows = (size_t)(what->hours * HOUR / what->interval);
  struct patient patient = {.rows = rows,
                            .time = calloc(rows, sizeof(double)),
                            .value = calloc(rows, sizeof(double)),
                            .label = calloc(rows, sizeof(bool))};
  if (patient.time == NULL || patient.value == NULL || patient.label == NULL) {
    patient_release(&patient);
    return false;
  }
  fill(what, seed, &patient);
  *ret_patient = patient;
  return true;
}

void patient_release(struct patient *patient) {
  free(patient->time);
  free(patient->value);
  free(patient->label);
}
