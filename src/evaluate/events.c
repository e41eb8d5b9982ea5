#include "evaluate/events.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdlib.h>

static const double DAY = 86400;
static const double UNSCORED_SHARE = 0.15;
static const double UNSCORED_DAYS_MIN = 1, UNSCORED_DAYS_MAX = 7;
static const double REACH_SECONDS = 600;
static const size_t REACH_ROWS = 3;
static const size_t TOUCH_ROWS = 3;
static const size_t JOIN_ROWS = 10;
static const double PATIENCE_SECONDS = 6 * 3600;
static const double PATIENCE_ROWS_MIN = 24, PATIENCE_ROWS_MAX = 60;
static const double RANK_STEP = 1.02;

static int by_size(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

double event_median(double *numbers, size_t count) {
  if (count == 0)
    return NAN;
  qsort(numbers, count, sizeof(*numbers), by_size);
  const size_t middle = count / 2;
  return count % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
}

static int median_interval(const double *time, size_t rows, double *ret_interval) {
  double *distance = malloc(rows * sizeof(*distance));
  if (distance == NULL)
    return STATUS_NO_MEMORY;
  for (size_t row = 1; row < rows; row++)
    distance[row - 1] = time[row] - time[row - 1];
  *ret_interval = event_median(distance, rows - 1);
  free(distance);
  return STATUS_OK;
}

static bool times_are_sane(const double *time, size_t rows) {
  for (size_t row = 0; row < rows; row++)
    if (!isfinite(time[row]) || (row > 0 && time[row] < time[row - 1]))
      return false;
  return rows > 0;
}

static size_t first_scored_row(const double *time, size_t rows) {
  const double share = UNSCORED_SHARE * (time[rows - 1] - time[0]);
  const double unscored = fmin(fmax(share, UNSCORED_DAYS_MIN * DAY), UNSCORED_DAYS_MAX * DAY);
  size_t row = 0;
  while (row < rows && time[row] < time[0] + unscored)
    row++;
  return row;
}

static size_t patience_of(double interval) {
  const double rows = interval > 0 ? PATIENCE_SECONDS / interval : PATIENCE_ROWS_MAX;
  return (size_t)fmin(fmax(rows, PATIENCE_ROWS_MIN), PATIENCE_ROWS_MAX);
}

static size_t reach_of(const double *time, size_t rows, size_t first, size_t last) {
  size_t reach = last;
  while (reach + 1 < rows &&
         (reach + 1 <= first + REACH_ROWS || time[reach + 1] <= time[first] + REACH_SECONDS))
    reach++;
  return reach;
}

static void find_segments(struct event_truth *truth, const double *time, const bool *label) {
  for (size_t row = 0; row < truth->rows; row++) {
    if (!label[row])
      continue;
    const size_t first = row;
    while (row + 1 < truth->rows && label[row + 1])
      row++;
    truth->segments[truth->segment_count++] =
        (struct event_segment){.first = first,
                               .last = row,
                               .reach = reach_of(time, truth->rows, first, row),
                               .counted = first >= truth->scored_from};
  }
}

static size_t count_segments(const bool *label, size_t rows) {
  size_t count = 0;
  for (size_t row = 0; row < rows; row++)
    count += label[row] && (row == 0 || !label[row - 1]);
  return count;
}

int event_truth_create(const double *time, const bool *label, size_t rows,
                       struct event_truth *ret_truth) {
  if (!times_are_sane(time, rows))
    return STATUS_INVALID;
  double interval;
  const int status = median_interval(time, rows, &interval);
  if (status != STATUS_OK)
    return status;
  struct event_truth truth = {.rows = rows};
  truth.scored_from = first_scored_row(time, rows);
  truth.patience = patience_of(interval);
  if (truth.scored_from < rows)
    truth.weeks = (time[rows - 1] - time[truth.scored_from]) / (7 * DAY);
  truth.segments = calloc(count_segments(label, rows) + 1, sizeof(*truth.segments));
  if (truth.segments == NULL)
    return STATUS_NO_MEMORY;
  find_segments(&truth, time, label);
  *ret_truth = truth;
  return STATUS_OK;
}

void event_truth_release(struct event_truth *truth) {
  free(truth->segments);
  *truth = (struct event_truth){0};
}

/* One more for each `patience` rows after the first row of an unexplained stretch. */
static uint64_t beyond_patience(size_t stretch, size_t patience) {
  return stretch == 0 ? 0 : (stretch - 1) / patience;
}

/*
 * False episodes in the alarm from row `first` to `last`. *ret_next is the first
 * segment that may matter to a later episode, as episodes come in order.
 */
static uint64_t judge_episode(const struct event_truth *truth, size_t first, size_t last,
                              size_t *next) {
  const struct event_segment *segments = truth->segments;
  while (*next < truth->segment_count && segments[*next].last + TOUCH_ROWS < first)
    ++*next;
  uint64_t count = 0;
  size_t from = first; /* start of the stretch that no segment explains so far */
  size_t at = *next;
  for (; at < truth->segment_count && segments[at].first <= last + TOUCH_ROWS; at++) {
    const size_t until = segments[at].first <= last ? segments[at].first : last + 1;
    if (until > from)
      count += beyond_patience(until - from, truth->patience);
    if (segments[at].last + 1 > from)
      from = segments[at].last + 1;
  }
  const uint64_t rest = from > last ? 0 : beyond_patience(last + 1 - from, truth->patience);
  const bool touches = at > *next;
  return count + rest + (touches ? 0 : 1);
}

static uint64_t count_false_episodes(const struct event_truth *truth, const bool *alarm) {
  uint64_t count = 0;
  size_t next = 0;
  size_t row = truth->scored_from;
  while (row < truth->rows) {
    if (!alarm[row]) {
      row++;
      continue;
    }
    const size_t first = row;
    size_t last = row;
    for (; row < truth->rows && row - last <= JOIN_ROWS; row++)
      if (alarm[row])
        last = row;
    count += judge_episode(truth, first, last, &next);
  }
  return count;
}

size_t event_counts_add(struct event_counts *counts, const struct event_truth *truth,
                        const bool *alarm, double *delays) {
  size_t found = 0;
  for (size_t at = 0; at < truth->segment_count; at++) {
    const struct event_segment *segment = &truth->segments[at];
    if (!segment->counted)
      continue;
    counts->segments++;
    size_t row = segment->first;
    while (row <= segment->reach && !alarm[row])
      row++;
    if (row > segment->reach)
      continue;
    if (delays != NULL)
      delays[found] = (double)(row - segment->first);
    found++;
  }
  counts->found += found;
  counts->false_episodes += count_false_episodes(truth, alarm);
  counts->weeks += truth->weeks;
  return found;
}

static double share(uint64_t part, uint64_t whole) {
  if (whole == 0)
    return NAN;
  return (double)part / (double)whole;
}

double event_recall(const struct event_counts *counts) {
  return share(counts->found, counts->segments);
}

double event_precision(const struct event_counts *counts) {
  return share(counts->found, counts->found + counts->false_episodes);
}

double event_f1(const struct event_counts *counts) {
  return share(2 * counts->found, counts->segments + counts->found + counts->false_episodes);
}

double event_false_per_week(const struct event_counts *counts) {
  if (counts->weeks <= 0)
    return NAN;
  return (double)counts->false_episodes / counts->weeks;
}

/* The scores of all scored rows, highest first. */
static int pool_scores(const struct event_scores *series, size_t count, double **ret_pool,
                       size_t *ret_size) {
  size_t size = 0;
  for (size_t at = 0; at < count; at++)
    size += series[at].truth->rows - series[at].truth->scored_from;
  double *pool = malloc((size + 1) * sizeof(*pool));
  if (pool == NULL)
    return STATUS_NO_MEMORY;
  size_t used = 0;
  for (size_t at = 0; at < count; at++)
    for (size_t row = series[at].truth->scored_from; row < series[at].truth->rows; row++) {
      if (isnan(series[at].score[row])) {
        free(pool);
        return STATUS_INVALID;
      }
      pool[used++] = -series[at].score[row];
    }
  qsort(pool, size, sizeof(*pool), by_size);
  for (size_t at = 0; at < size; at++)
    pool[at] = -pool[at];
  *ret_pool = pool;
  *ret_size = size;
  return STATUS_OK;
}

static uint64_t counted_segments(const struct event_scores *series, size_t count) {
  uint64_t segments = 0;
  for (size_t at = 0; at < count; at++)
    for (size_t of = 0; of < series[at].truth->segment_count; of++)
      segments += series[at].truth->segments[of].counted;
  return segments;
}

/* Stops where so many false episodes are no better than `to_beat` with everything found. */
static struct event_counts count_at(const struct event_scores *series, size_t count,
                                    double threshold, double to_beat, bool *alarm) {
  struct event_counts counts = {0};
  const uint64_t segments = counted_segments(series, count);
  for (size_t at = 0; at < count; at++) {
    const struct event_counts most = {segments, segments, counts.false_episodes, 0};
    if (event_f1(&most) <= to_beat)
      break;
    for (size_t row = 0; row < series[at].truth->rows; row++)
      alarm[row] = series[at].score[row] >= threshold;
    event_counts_add(&counts, series[at].truth, alarm, NULL);
  }
  return counts;
}

static bool *room_for_alarms(const struct event_scores *series, size_t count) {
  size_t rows = 1;
  for (size_t at = 0; at < count; at++)
    if (series[at].truth->rows > rows)
      rows = series[at].truth->rows;
  return malloc(rows * sizeof(bool));
}

int event_best_f1(const struct event_scores *series, size_t count, struct event_best *ret_best) {
  double *pool;
  size_t size;
  const int status = pool_scores(series, count, &pool, &size);
  if (status != STATUS_OK)
    return status;
  bool *alarm = room_for_alarms(series, count);
  if (alarm == NULL) {
    free(pool);
    return STATUS_NO_MEMORY;
  }
  struct event_best best = {.f1 = 0};
  double tried = INFINITY;
  for (double rank = 1; rank <= (double)size; rank = fmax(rank + 1, rank * RANK_STEP)) {
    const double threshold = pool[(size_t)rank - 1];
    if (threshold == tried)
      continue;
    tried = threshold;
    const struct event_counts counts = count_at(series, count, threshold, best.f1, alarm);
    const double f1 = event_f1(&counts);
    if (f1 > best.f1)
      best = (struct event_best){.threshold = threshold, .f1 = f1, .counts = counts};
  }
  free(alarm);
  free(pool);
  if (best.f1 <= 0)
    return STATUS_NOT_FOUND;
  *ret_best = best;
  return STATUS_OK;
}
