/*
 * The engine: a table of metrics, each with its detectors' state in one
 * contiguous block, and the decision what is an episode.
 *
 * All functions are thread-safe but create and destroy. No call logs, reads a
 * clock or blocks on anything but a shard's mutex, which is held for the time
 * of one update. For a metric already known, engine_observe neither allocates
 * nor formats text, but for fits that are not left to a trainer.
 */
#ifndef ANOMALY_ENGINE_H
#define ANOMALY_ENGINE_H

#include "anomaly/episode.h"
#include "anomaly/metric.h"
#include "anomaly/option.h"
#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "anomaly/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;

/* Described by engine_option_rows. */
struct engine_options {
  uint64_t memory_limit; /* bytes of all metrics; a metric beyond is refused */
  double expire_after;   /* seconds without a value until a metric is forgotten */
  double restart_grace;  /* seconds that restored metrics have to come back */
  double trainer_cpu;    /* percent of a core for fits in the background */
};

extern const struct option_row engine_option_rows[];

/*
 * Gets every change of every episode, in the calling thread of the function
 * that made it, with no lock held. Must not block. `event` is valid during the
 * call only.
 */
typedef void (*engine_listener)(void *context, const struct episode_event *event);

/*
 * Gets the news that a host was booted at `time`, in the same way: its uptime
 * (plugin and type "uptime") went down.
 */
typedef void (*engine_boot_listener)(void *context, const char *host, double time);

/* A row of a group that was judged; strings are valid during the call only. */
struct engine_row {
  struct metric_id group; /* its own metric */
  bool over_hosts;        /* its members are hosts, not metrics of one */
  double interval;        /* seconds of the row, which ends at verdict.time */
  struct verdict verdict;
};

/* Gets each row of a group, in the same way, before what listeners hear of it. */
typedef void (*engine_row_listener)(void *context, const struct engine_row *row);

struct engine_settings {
  struct engine_options options;
  struct rule_set *rules;   /* owned by the engine after a successful create; NULL = none */
  engine_listener listener; /* may be NULL */
  engine_boot_listener boot_listener; /* may be NULL */
  engine_row_listener row_listener;   /* may be NULL */
  void *listener_context;
  /* Gets all changes, after `listener`, and each other verdict over the line; may be NULL. */
  engine_listener verdict_listener;
  void *verdict_context;
  uint64_t hash_seed; /* random where names come from a network */
  bool groups_later;  /* metrics come one after another: see engine_judge_kept */
  bool fit_later;     /* fits wait for a trainer, see trainer.h; else engine_observe makes them */
  bool store_models;  /* fitted blocks are handed out to be stored, see state.h */
};

/* Settings with every preset, no rules and no listener. */
struct engine_settings engine_settings_preset(void);

/* Errors: STATUS_NO_MEMORY, STATUS_INVALID. On error the caller keeps rules. */
int engine_create(struct engine **ret_engine, const struct engine_settings *settings);

/* NULL is fine. No other call may be running. */
void engine_destroy(struct engine *engine);

enum observation_result {
  OBSERVED,             /* judged and learned; the verdict says what */
  OBSERVED_GAP,         /* nothing to judge: NaN, infinity, first of a counter, out of bounds */
  OBSERVED_IGNORED,     /* a rule ignores the metric, or it has no detector */
  REFUSED_LATE,         /* not newer than the metric's last value */
  REFUSED_TIME,         /* time or interval is not a sensible number */
  REFUSED_NAME,         /* a part of the identity is too long */
  REFUSED_OUT_OF_RANGE, /* outside the rule's range: taken for bad data */
  REFUSED_MEMORY,       /* a new metric that memory_limit or malloc has no room for */
  OBSERVATION_RESULTS,
};

/* Lower-case name with '_', such as "refused_late". */
const char *observation_result_name(enum observation_result result);

/*
 * Takes one value. *ret_verdict (may be NULL) is written for OBSERVED only.
 * Sensible times are 0 < time < ENGINE_TIME_MAX, intervals 0 <= interval <
 * ENGINE_TIME_MAX.
 */
enum observation_result engine_observe(struct engine *engine, const struct metric_id *id,
                                       const struct sample *sample, struct verdict *ret_verdict);
#define ENGINE_TIME_MAX 1e11

/*
 * Says that no value of a known metric has come until `time`. The detectors
 * that care for silence judge it now, and again at each engine_tick until a
 * value comes. *ret_verdict (may be NULL) is written for OBSERVED only, which
 * means that a detector had something to say.
 */
enum observation_result engine_silence(struct engine *engine, const struct metric_id *id,
                                       double time, struct verdict *ret_verdict);

/*
 * Lets time pass: silent metrics are judged again, metrics not seen for
 * expire_after are forgotten. `now` is a time as the samples have it; call it
 * about once per interval. A clock that jumps ahead counts as at most an hour
 * towards expire_after, one that jumps back as nothing. The work is spread over
 * the calls.
 */
void engine_tick(struct engine *engine, double now);

/*
 * Judges the groups of an engine that was made with groups_later: it has only kept
 * their members' values, of which now, in the order of time, rows are made. A group
 * keeps eight million values, those of a member that come within `interval` as one;
 * what is beyond is lost. Errors: STATUS_NO_MEMORY, STATUS_LIMIT (some were lost).
 */
int engine_judge_kept(struct engine *engine);

/* Whether a metric has a place in the group whose own metric is `group`. */
bool engine_is_member(struct engine *engine, const struct metric_id *group,
                      const struct metric_id *id);

/*
 * The most specific rule that matches a metric, known or not; NULL where none
 * does. It lives as long as the engine.
 */
const struct rule *engine_rule(struct engine *engine, const struct metric_id *id);

struct engine_stats {
  uint64_t results[OBSERVATION_RESULTS]; /* calls of engine_observe by result */
  uint64_t anomalies;                    /* verdicts over the line */
  uint64_t episodes;                     /* opened so far */
  uint64_t expired;                      /* metrics forgotten */
  uint64_t metrics;                      /* known now, without the ignored, and without groups */
  uint64_t ignored;                      /* known now and ignored */
  uint64_t warming;                      /* of metrics: no detector can know yet */
  uint64_t models_warming;               /* of metrics: a model misses values to be fitted first */
  uint64_t groups_warming;               /* of groups: they need more rows, or members for any */
  uint64_t anomalous;                    /* of metrics: last verdict over the line */
  uint64_t open;                         /* of metrics: episode open */
  uint64_t hosts;                        /* that have metrics */
  uint64_t publishing;                   /* of metrics: their rule asks for publish_score */
  uint64_t models;                       /* fitted now */
  uint64_t fits;                         /* that gave a model */
  uint64_t failed_fits;                  /* that gave none: what was there before stays */
  uint64_t rejected_fits;                /* that gave one no better than what stays */
  uint64_t drifted;                      /* fits that came early, as the newest values had moved */
  uint64_t waiting_fits;                 /* metrics that wait for the trainer now */
  uint64_t postponed_fits;               /* values at which too many waited already */
  uint64_t groups;                       /* instances of groups now */
  uint64_t group_rows;                   /* that were judged */
  uint64_t refused_columns;              /* members that a group had no room for */
  uint64_t memory;                       /* bytes of all metrics, models and tables */
  double warming_until;                  /* latest time a warming metric is due; NaN if none */
};

/* Sums over all shards; cheap enough for once per second. */
void engine_stats(struct engine *engine, struct engine_stats *ret_stats);

/* A metric as engine_each shows it; strings are valid during the call only. */
struct metric_view {
  struct metric_id id;
  const struct rule_options *options;
  struct verdict last; /* of the last judged sample; time is NaN before the first */
  bool warming;
  bool publish_score;
  double first_time, last_time;
};

/*
 * Calls visit for each known, not ignored metric, with its shard locked: visit
 * must be quick and must not call the engine. Stops early when visit returns
 * false.
 */
void engine_each(struct engine *engine, bool (*visit)(void *context, const struct metric_view *),
                 void *context);

#endif
