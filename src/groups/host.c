/*
 * The default group detector: is this host odd as a whole?
 *
 * Each column turns four simple deviations into decades of surprise, learned
 * from its own past (column_evidence.h), and the few columns with most of it are
 * added (group_evidence.h). An incident touches a few columns and common load
 * moves all of them a little: the sum of all would mix both up. There is no
 * matrix, no training and no refit.
 */
#include "anomaly/group.h"
#include "stats/group_evidence.h"

enum { TOP_LEAST = 2 };

struct host_options {
  double limit;
};

static const struct option_row option_rows[] = {
    {.name = "limit",
     .kind = OPTION_REAL,
     .offset = offsetof(struct host_options, limit),
     .preset = 0.99,
     .min = 0.1,
     .max = 100.0,
     .help = "evidence that alarms: 0.99 is quiet, 0.85 alarms some times a week, 0.7 more often"},
    OPTION_ROWS_END,
};

static uint32_t top_size(uint32_t columns) {
  const uint32_t size = (columns + 2) / 4;
  return size < TOP_LEAST ? TOP_LEAST : size > GROUP_EVIDENCE_TOP ? GROUP_EVIDENCE_TOP : size;
}

static void update(const struct group_state *state, const void *opaque, const struct group_row *row,
                   struct group_finding *ret) {
  const struct host_options *const options = opaque;
  const struct group_judgement judgement = {.top = top_size(state->columns),
                                            .limit = (float)options->limit,
                                            .kind = KIND_GROUP,
                                            .reason = "several metrics are unusual at once"};
  group_evidence_update(state, row, &judgement, ret);
}

static size_t blame(const struct group_state *state, const void *options,
                    struct group_blame ret_blames[GROUP_BLAMES]) {
  (void)options;
  return group_evidence_blame(state, ret_blames);
}

static bool valid(const struct group_state *state, const void *options) {
  (void)options;
  return group_evidence_valid(state);
}

const struct group_detector host_group_detector = {
    .name = "host",
    .summary = "several metrics of one host unusual at once, judged by the host's own usual",
    .source = "this project",
    .feed = GROUP_OF_VALUES,
    .columns_min = 1,
    .options = option_rows,
    .options_size = sizeof(struct host_options),
    .head_rows = group_evidence_rows,
    .column_rows = column_evidence_rows,
    .head_size = sizeof(struct group_evidence),
    .column_size = sizeof(struct column_evidence),
    .state_version = 1,
    .update = update,
    .blame = blame,
    .valid = valid,
};
