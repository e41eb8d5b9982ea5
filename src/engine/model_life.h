/*
 * The life of a fitted model, whoever it watches, a metric or a group: when it is
 * fitted, when its drift is looked at, which version is in use, and what was found of
 * it. Samples are a metric's values or a group's rows.
 *
 * The block itself is no part of it, see fitted.h. Who owns both asks after each
 * sample what it is time for, has it done (model_work.h), and tells what came of it.
 */
#ifndef ANOMALY_ENGINE_MODEL_LIFE_H
#define ANOMALY_ENGINE_MODEL_LIFE_H

#include "anomaly/detector.h"
#include "anomaly/state.h"

#include <stdbool.h>
#include <stdint.h>

/* Options of it; a part of the owner's. */
struct model_terms {
  uint32_t retrain_interval; /* samples from fit to fit */
  double retrain_after;      /* seconds from fit to fit at most; 0 = no limit */
  uint32_t shadow;           /* newest samples that a challenger and the champion are judged by */
  uint32_t drift_window;     /* newest samples whose drift is measured */
  double drift_limit;        /* distance from which the model is fitted anew; 0 = not measured */
  double min_f1;             /* by labels; below it the model is replaced; 0 = whatever it is */
};

/* The most samples of a window. */
#define MODEL_WINDOW_MOST 50000

/* Rows of it but for retrain_interval; `samples` as the owner calls them, and two presets. */
#define MODEL_TERMS_ROWS(options, one_unit, samples, shadowed, drift)                              \
  {.name = "retrain_after",                                                                        \
   .kind = OPTION_DURATION,                                                                        \
   .offset = offsetof(options, terms.retrain_after),                                               \
   .max = 3155760000.0,                                                                            \
   .help = "Time after which the model is fitted anew, however few " samples " have come; 0 = by " \
           "retrain_interval alone"},                                                              \
      {.name = "shadow",                                                                           \
       .kind = OPTION_COUNT,                                                                       \
       .unit = one_unit,                                                                           \
       .offset = offsetof(options, terms.shadow),                                                  \
       .preset = shadowed,                                                                         \
       .max = MODEL_WINDOW_MOST,                                                                   \
       .help = "Newest " samples " that a new fit leaves out: it takes the place of the last one " \
               "if it does as well on them; 0 = it does in any case"},                             \
      {.name = "drift_window",                                                                     \
       .kind = OPTION_COUNT,                                                                       \
       .unit = one_unit,                                                                           \
       .offset = offsetof(options, terms.drift_window),                                            \
       .preset = 50,                                                                               \
       .min = 10,                                                                                  \
       .max = MODEL_WINDOW_MOST,                                                                   \
       .help = "Newest " samples " that are compared with those that were fitted to"},             \
      {.name = "drift_limit",                                                                      \
       .kind = OPTION_REAL,                                                                        \
       .offset = offsetof(options, terms.drift_limit),                                             \
       .preset = drift,                                                                            \
       .max = .9,                                                                                  \
       .help =                                                                                     \
           "Kolmogorov-Smirnov distance of these " samples ", or of their scores, from which "     \
           "the model is fitted anew before its turn; 0 = it is not measured, nor is it where "    \
           "retrain_interval is less than window_size"},                                           \
  {                                                                                                \
    .name = "min_f1", .kind = OPTION_REAL, .offset = offsetof(options, terms.min_f1), .max = 1,    \
    .help = "F1 by labels (anomalyctl label) below which the daemon goes back to an earlier fit "  \
            "that was better, or fits anew; 0 = it is counted only"                                \
  }

/*
 * The same in a window of so many samples: a model that is fitted anew before all of it is
 * new keeps up with what comes anyway, and its drift is not measured.
 */
struct model_terms model_terms_within(const struct model_terms *terms, uint32_t window);

struct model_life {
  double tried;        /* time of the newest sample when the last fit came to an end */
  uint32_t wait;       /* samples until the next fit is due; at first those that it waits for */
  double created;      /* time of the newest sample that the block was fitted to */
  uint32_t version;    /* of the last fit */
  uint32_t in_use;     /* version of the block */
  uint32_t bad;        /* version that labels have shown to be bad; 0 = none */
  uint32_t scored;     /* samples that the block has scored; stays at its largest */
  uint32_t until_look; /* samples until its drift is measured */
  bool fitted;         /* a block belongs to this life */
};

extern const struct state_row model_life_rows[];

bool model_life_valid(const struct model_life *life);

/* What is to be done. */
enum model_task {
  MODEL_IDLE,
  MODEL_FIT,
  MODEL_LOOK, /* measure the drift of the newest samples */
};

/* What it is time for; `newest` is the newest sample's time, `held` whether a block is there. */
enum model_task model_life_task(const struct model_life *life, const struct model_terms *terms,
                                double newest, bool held);

/* A sample has come; it went into the window. The block has scored it. */
void model_life_pass(struct model_life *life);
void model_life_see(struct model_life *life, const struct model_terms *terms);
void model_life_score(struct model_life *life);

/* The drift was measured, or could not be; where the samples have `drifted`, a fit is due. */
void model_life_looked(struct model_life *life, const struct model_terms *terms, bool drifted);

/*
 * A block was fitted to samples up to `created`, and goes with the life from now on;
 * returns its version, from 1 on. `spread` is any number: by it, up to a quarter of the
 * next interval, in samples and in time, is left out, so that those that began together do
 * not stay so; 0 leaves out none.
 */
uint32_t model_life_took(struct model_life *life, const struct model_terms *terms, double created,
                         double newest, uint32_t spread);

/* The fit gave nothing: the next one is due in its turn. `held` as above. */
void model_life_missed(struct model_life *life, const struct model_terms *terms, double newest,
                       bool held);

/*
 * An earlier block goes with the life again. The next fit is due after `reach` samples,
 * when nothing of what the last one was fitted to is in the window any more, whatever drifts.
 */
void model_life_went_back(struct model_life *life, const struct model_terms *terms,
                          uint32_t version, double created, double newest, uint32_t reach);

/* Takes note of how good the block was by labels, as engine_grade_model says. */
enum model_grade model_life_graded(struct model_life *life, const struct model_terms *terms,
                                   double f1, double best);

/*
 * Bounds what a restored life waits for by the terms of now, which may be others than those
 * of then; `reach` as above.
 */
void model_life_bound(struct model_life *life, const struct model_terms *terms, uint32_t reach);

/* Whether a restored life goes on with the block of this version, created then. */
bool model_life_wants(const struct model_life *life, uint32_t version, double created);

#endif
