/*
 * What the engine has learned, on its way to a store and back.
 *
 * Each metric is marked when something of it changes, and unmarked when it is
 * handed out. All functions are thread-safe, one export at a time; a shard is
 * locked for a few metrics at once, and never while the caller has the word.
 */
#ifndef ANOMALY_STATE_H
#define ANOMALY_STATE_H

#include "anomaly/episode.h"
#include "anomaly/metric.h"
#include "anomaly/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block;
struct engine;

/* The most tables that a model's options are in. */
#define MODEL_TABLES_MAX 3

/* What a store may have to write of a metric. */
enum unsaved {
  UNSAVED_STATE = 1,
  UNSAVED_BASELINE = 2,
  UNSAVED_MODEL = 4, /* fitted blocks, of an engine with store_models */
};

/* What all values of a metric come to; all 0 where there was none. */
struct metric_baseline {
  uint64_t count;
  double mean, deviation; /* sample standard deviation */
  double minimum, maximum;
  double percentile_95, percentile_99; /* estimated */
};

/* How a fitted block was found to do; NaN = not known. */
struct model_quality {
  double input_drift; /* Kolmogorov-Smirnov distances of the newest samples from the training */
  double score_drift; /* samples, 0 .. 1: of the feature that has moved furthest, of raw scores */
};

/*
 * A fitted block as it is handed out: itself, once for each fit, together with the
 * state that goes on with it; then what is found of it. Borrowed like the record.
 */
struct model_record {
  const char *model;
  struct option_table options[MODEL_TABLES_MAX]; /* in effect */
  size_t tables;                                 /* of them */
  uint32_t version;     /* of the metric's fits with this model, from 1 on */
  double from, created; /* times of the oldest and newest sample it was fitted to */
  double since;         /* the time when it took the place of the last one */
  struct block *block;  /* to be read by block_bytes only */
  bool stored;          /* it was handed out already: only its quality is new */
  struct model_quality quality;
};

/* One metric as it is handed out; what it borrows is valid until the next call. */
struct metric_record {
  uint64_t key;        /* stands for the identity under the engine's hash_seed; < 2^63 */
  struct metric_id id; /* borrowed */
  unsigned unsaved;    /* enum unsaved, of those that were asked for */
  double first_time;   /* of the first value */
  double last_time;    /* of the last value or gap */
  uint32_t missing; /* values for its model's first fit, or rows that its group needs; 0 = none */
  const char *learning; /* the model that misses them, for as long as the engine; NULL = none */
  bool trained;         /* learned by somebody else, and no value since */
  bool group;           /* it is a group's own */
  const void *state;    /* borrowed; NULL without UNSAVED_STATE */
  size_t size;          /* of state */
  struct metric_baseline baseline;
  const struct model_record *models; /* borrowed; with UNSAVED_MODEL only */
  size_t model_count;
};

struct state_export;

/*
 * Begins to hand out the marked metrics. `unsaved` says what is asked for. The
 * engine outlives the export. Errors: STATUS_NO_MEMORY.
 */
int state_export_begin(struct state_export **ret_export, struct engine *engine, unsigned unsaved);

/*
 * The next records, in the order of their keys: some hundred at most, 0 at the
 * end. Metrics that come meanwhile may be left to the next export, as is what
 * memory has no room for.
 */
size_t state_export_next(struct state_export *export, const struct metric_record **ret_records);

/* Marks the last records again: they could not be stored. */
void state_export_refused(struct state_export *export);

/* NULL is fine. */
void state_export_end(struct state_export *export);

/* Marks every metric: what was stored is lost. */
void engine_mark_unsaved(struct engine *engine);

/* Seconds without a value until the engine forgets a metric. */
double engine_expire_after(const struct engine *engine);

/* What became of stored states. */
struct restore_stats {
  uint64_t metrics;        /* go on where they were */
  uint64_t cold_metrics;   /* bytes that are no state of this version */
  uint64_t cold_detectors; /* of the restored: new, with other options, or damaged */
  uint64_t ignored;        /* no rule watches them any more */
  uint64_t refused;        /* no memory, or known better already */
};

/* Who has learned a state. */
enum learner {
  LEARNED_HERE,      /* whoever watched: people may have been told of its episode */
  LEARNED_ELSEWHERE, /* somebody else, from the past */
};

/*
 * Makes a metric what it was, from hostile bytes; `now` is a time as the samples
 * have it, for the age of the metric. Until its next value the metric is awaited,
 * for the engine's restart_grace at most; one that was learned elsewhere is not, and
 * its episode is forgotten: nothing is told of it until then. Of a metric that is
 * known already, nothing changes, unless what was stored begins earlier and no
 * episode is open. Groups that have parts are restored before their members, who find
 * their places in them then. What happened is added to *stats.
 */
void engine_restore(struct engine *engine, enum learner learner, const void *state, size_t size,
                    double now, struct restore_stats *stats);

/* A fitted block as it was stored. */
struct stored_model {
  uint64_t key;      /* of its metric, as in metric_record */
  const char *model; /* as in its model_record, like the next three */
  uint32_t version;
  double from, created, since;
  struct model_quality quality;
  const void *bytes; /* hostile */
  size_t size;
};

/* Whether a restored metric waits for this block; its bytes are not looked at. */
bool engine_wants_model(struct engine *engine, const struct stored_model *stored);

/*
 * Gives a restored metric the block that its state goes on with, which has learned
 * then what it had. A metric that gets none fits anew, from its window, with its
 * next value. Errors: STATUS_NOT_FOUND (no metric waits for it), STATUS_MISMATCH
 * (fitted with other options), STATUS_LIMIT (memory_limit, or more learned since
 * than the window keeps), and those of block_load.
 */
int engine_take_model(struct engine *engine, const struct stored_model *stored);

/*
 * Goes back to an earlier block, which is handed out as if it had been fitted now.
 * Where it is the one in use already, it is only handed out, and *ret_went is false.
 * Errors: STATUS_NOT_FOUND (the metric is not known, or no such model watches it), and
 * those of engine_take_model.
 */
int engine_crown_model(struct engine *engine, const struct stored_model *stored, bool *ret_went);

/* What labels say of a model in use leads to. */
enum model_grade {
  MODEL_GOOD,   /* nothing; also where it is another one by now */
  MODEL_REFIT,  /* its F1 is below min_f1 of its rule: it is fitted anew with the next value */
  MODEL_RETURN, /* likewise, and an earlier one is better: go back to that */
};

/*
 * Tells a metric's model how good it was by labels, 0 .. 1, and how good the best of
 * the earlier ones that are kept was (NaN = not known). Once for each block
 * anything is done about it.
 */
enum model_grade engine_grade_model(struct engine *engine, const struct stored_model *stored,
                                    double f1, double best);

/* What became of a state that somebody else has learned. */
enum taking_over {
  TAKEN_OVER,
  TAKEN_LATER, /* not now: no memory, an episode is open, or values end before the state's */
  TAKEN_NOT,   /* known for longer, ignored, of other options, or damaged */
};

/*
 * Makes a metric of a running engine what somebody else has learned of its past,
 * from hostile bytes, where that begins earlier than what is known; else as
 * engine_restore for LEARNED_ELSEWHERE.
 */
enum taking_over engine_take_over(struct engine *engine, const void *state, size_t size,
                                  double now);

/*
 * Calls visit for each metric whose episode is open, with what would have opened
 * it, and with no lock held. Of what changes meanwhile some may be missed.
 */
void engine_each_open(struct engine *engine,
                      void (*visit)(void *context, const struct episode_event *event),
                      void *context);

/*
 * Makes a metric's episode what was told of it, where its state is older: open, or
 * not. True where it is so now; false where the metric is not known, or has
 * another episode since.
 */
bool engine_settle_episode(struct engine *engine, const struct episode_event *told);

#endif
