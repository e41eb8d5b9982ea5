/*
 * Detectors made from models: the newest values of the metric are kept in a
 * window, each new one is scored with the model as it is fitted now ("tick"), and
 * now and then the model is fitted anew to the window ("tock"). How unusual a raw
 * score is, the metric's own past scores say: so all models have the same lines.
 *
 * A fitted block is not in the state: the metric holds it, see fitted.h, and it
 * comes to the detector with each observation. Who owns the metric asks after
 * each whether a fit is due, fits to the state or to a copy of it, and tells it
 * what came of that.
 */
#ifndef ANOMALY_ENGINE_MODEL_DETECTOR_H
#define ANOMALY_ENGINE_MODEL_DETECTOR_H

#include "anomaly/detector.h"
#include "anomaly/state.h"
#include "engine/model_options.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The detector of a model; `rows` has room for MODEL_OPTIONS_ROWS, is filled, and
 * lives as long as the detector. `check` calls model_options_check for this model.
 */
struct detector model_detector(const struct model *model, const char *(*check)(const void *options),
                               struct option_row *rows);

/* What is to be done for a state. */
enum model_task {
  MODEL_IDLE,
  MODEL_FIT,
  MODEL_LOOK, /* measure the drift of the newest samples */
};

/* What it is time for; `fitted` says whether the metric holds a block. */
enum model_task model_detector_task(const void *state, const void *options, bool fitted);

/* What came of a fit. */
struct model_fit {
  struct block *block;
  double from, created; /* times of the oldest and newest sample that it was fitted to */
};

/*
 * Fits to the window of a state, or of a copy of it, but for the newest `skip` rows.
 * Errors as model_fit, with *ret_fit untouched.
 */
int model_detector_fit(const struct detector *detector, const void *options, const void *state,
                       uint32_t skip, const atomic_bool *stop, struct model_fit *ret_fit);

/* The rows that a challenger leaves out of the window, to be judged by them. */
uint32_t model_detector_shadow(const void *state, const void *options);

/* Those whose drift is to be measured. */
uint32_t model_detector_recent(const void *options);

/*
 * The newest rows, at most `count`, the oldest of them first; *ret_cells are the
 * caller's to free. Errors: STATUS_NO_MEMORY.
 */
int model_detector_newest(const void *state, const void *options, uint32_t count,
                          struct matrix *ret_rows, double **ret_cells);

/* The drift was measured, or could not be; where the rows have `drifted`, a fit is due. */
void model_detector_looked(void *state, const void *options, bool drifted);

/*
 * A block was fitted, and goes with the state from now on; returns its version,
 * from 1 on. `spread` is any number: by it, up to a quarter of the next interval, in
 * samples and in time, is left out, so that metrics that began together do not stay
 * so; 0 leaves out none.
 */
uint32_t model_detector_took(void *state, const void *options, const struct model_fit *fit,
                             uint32_t spread);

/*
 * An earlier block goes with the state again. The next fit is due when nothing of what
 * the last one was fitted to is in the window any more, whatever drifts.
 */
void model_detector_went_back(void *state, const void *options, uint32_t version, double created);

/* Takes note of how good the block was by labels, as engine_grade_model says. */
enum model_grade model_detector_graded(void *state, const void *options, double f1, double best);

/* Whether a restored state goes on with the block of this version, created then. */
bool model_detector_wants(const void *state, uint32_t version, double created);

/*
 * Lets a block, as it was taken, learn what it has seen since, where it learns;
 * `scratch` is block_scratch of it. False where the window does not keep all that.
 */
bool model_detector_relearn(const void *state, const void *options, struct block *block,
                            double *scratch);

/* The fit gave nothing: the next one is due in its turn. `fitted` as above. */
void model_detector_missed(void *state, const void *options, bool fitted);

#endif
