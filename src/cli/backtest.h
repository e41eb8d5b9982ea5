/*
 * One or more configurations over the same past, and what each made of it. The
 * past is read once: each value goes to every trial's engine.
 */
#ifndef ANOMALY_CLI_BACKTEST_H
#define ANOMALY_CLI_BACKTEST_H

#include "anomaly/engine.h"
#include "cli/chronicle.h"
#include "cli/feed.h"
#include "cli/label_spans.h"
#include "cli/plot.h"
#include "cli/roster.h"
#include "config/config.h"
#include "evaluate/nab.h"
#include "evaluate/quality_set.h"
#include "history/history.h"
#include "history/labels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRIALS_MAX = 16, LEADERS_MAX = 16 };

/* An episode as a trial saw it. */
struct seen_episode {
  size_t metric;
  size_t judged;     /* the same, or the group over hosts whose rows it is of */
  double start, end; /* NaN while open */
  double peak_score, peak_time, peak_value;
  enum anomaly_kind kind;
  enum severity severity; /* the worst */
  enum episode_end ended; /* unless open */
  const char *leading;    /* detector */
};

/* An incident as a trial's people would have seen it. */
struct past_incident {
  double start, end; /* NaN while open */
  double peak_score;
  bool told;
  enum severity severity;
  enum trouble trouble;
  uint32_t hosts, metrics;
  char *host;  /* the first; owned */
  char *first; /* likely first cause, without its host; owned */
  char *text;  /* owned */
};

/* What one detector led to. */
struct leader {
  const char *name;
  uint64_t anomalies; /* values over the line that it led */
  uint64_t episodes;  /* that it opened */
};

/* What came of the metrics whose most specific rule is this one. */
struct rule_share {
  const struct rule *rule; /* of the trial's engine */
  size_t metrics;
  uint64_t anomalies, episodes;
};

/* When the rows of a subject were, and whether something was labelled then. */
struct marked_rows {
  size_t count, room;
  double *time;
  bool *label;
};

/* What a trial made of one subject. The rows are kept where there are labels. */
struct tally {
  const struct rule *rule; /* the most specific one; NULL: a group, or there was no room for it */
  uint64_t anomalies, episodes;
  size_t open; /* 1 + its place in the trial's episodes; 0: none */
  struct cadence cadence;
  uint64_t rows;               /* of a group, as is what follows */
  struct marked_rows own;      /* each trial has rows of its own */
  struct label_spans labelled; /* of all members */
  bool *alarm;                 /* by row of any subject */
  double *score, *onset;
  size_t room;
  struct plot *plot; /* where plots are wanted */
};

struct trial {
  char title[96];
  struct engine *engine;
  struct backtest *backtest;
  struct tally *tallies; /* by metric */
  struct seen_episode *episodes;
  size_t episode_count, episode_room;
  struct leader leaders[LEADERS_MAX];
  size_t leader_count;
  struct rule_share *rules; /* those that have metrics; most episodes first */
  size_t rule_count, rule_room;
  uint64_t anomalies;
  struct incident_options incident_options;
  struct chronicle chronicle; /* until the incidents are made */
  struct past_incident *incidents;
  size_t incident_count, incident_room;
  uint64_t incidents_told;
  uint64_t *told_of_host; /* by host of the roster */
  bool overfull;          /* there was more than incidents can be made of */
};

/*
 * A metric of the past, with a row for each value, or a group. What a group over hosts tells is
 * under the name of a host, a subject without values.
 */
struct subject {
  bool known, group;
  struct chronicle_metric metric;
  uint64_t values;              /* or rows of a group, in the trial with the most */
  double first_time, last_time; /* of them */
  double silent_since;          /* NaN: it is not */
  struct marked_rows rows;      /* the same in all trials */
  struct label_walk walk;
  struct label_spans labelled;
};

struct backtest {
  struct trial trials[TRIALS_MAX];
  size_t trial_count;
  struct subject *subjects;
  size_t subject_count, subject_room;
  const char *place; /* that is read */
  size_t base;       /* its first subject */
  size_t now;        /* subject that is observed */
  double now_time;   /* of its value */
  size_t group;      /* subject of the last row of a group */
  struct roster roster;
  const struct labels *labels; /* NULL: none */
  bool labelled;               /* rows are kept */
  bool plotted;
  bool no_memory;
  double first_time, last_time; /* of all; NaN before the first */
};

/*
 * Adds a trial that takes the configuration's rules; on error the caller keeps
 * them. The other settings stand before the first is added. Errors:
 * STATUS_NO_MEMORY.
 */
int backtest_add(struct backtest *backtest, const char *title, struct config *config);

/* Begins a place, which is borrowed: its metrics are others than those before. */
void backtest_begin(struct backtest *backtest, const char *place);

/*
 * Judges the groups of all trials, once all values have been observed. Errors:
 * STATUS_NO_MEMORY, STATUS_LIMIT (a group has more values than there is room for).
 */
int backtest_judge_groups(struct backtest *backtest);

/* What the files of a backtest have from each other; false where memory runs out. */

/* Room for subjects, and plots of one where they are wanted. */
bool backtest_grow(struct backtest *backtest, size_t wanted);
bool backtest_make_plots(struct backtest *backtest, size_t subject);

/* The subject of what a group has told, as the one at hand. */
bool backtest_find_group(struct backtest *backtest, const struct episode_event *event);

/* Has the type of an engine_row_listener; the context is the trial. */
void backtest_take_group_row(void *context, const struct engine_row *row);

/* Counts a verdict of a trial. */
void trial_count(struct trial *trial, struct tally *tally, const struct verdict *verdict);

/* A row's time and label, before the verdicts on it. */
bool marked_rows_add(struct marked_rows *rows, double time, bool labelled);

/* A verdict on row `row` of a subject that has room for `room` of them. */
bool tally_keep(struct tally *tally, size_t row, size_t room, const struct verdict *verdict);

/* Gives a value to all trials; false where memory runs out. */
bool backtest_observe(struct backtest *backtest, const struct history_value *value);

/* Makes incidents of all episodes, after the last value. Errors: STATUS_NO_MEMORY. */
int backtest_make_incidents(struct backtest *backtest);

/* Sums up by rule, after the last value. Errors: STATUS_NO_MEMORY. */
int backtest_sum_rules(struct backtest *backtest);

/* The identity of a metric. */
void subject_name(const struct subject *subject, struct text *text);

void backtest_release(struct backtest *backtest);

/* Weeks that all metrics cover together, without groups. */
double backtest_weeks(const struct backtest *backtest);

/* How well a trial found what is labelled, by metrics and by groups. */
struct quality {
  struct quality_set set, groups;
  struct nab_result nab[NAB_PROFILES];
  bool nab_known; /* some window is scored */
};

/* Errors: STATUS_NO_MEMORY. */
int backtest_quality(const struct backtest *backtest, const struct trial *trial,
                     struct quality *ret_quality);
void quality_release(struct quality *quality);

#endif
