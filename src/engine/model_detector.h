/*
 * Detectors made from models: the newest values of the metric are kept in a
 * window, each new one is scored with the model as it is fitted now ("tick"), and
 * now and then the model is fitted anew to the window ("tock"). How unusual a raw
 * score is, the metric's own past scores say: so all models have the same lines.
 *
 * A fitted block is not in the state: the metric holds it, see fitted.h, and it
 * comes to the detector with each observation. When it is fitted, and what became of
 * that, is the seat's part: see model_seat.h.
 */
#ifndef ANOMALY_ENGINE_MODEL_DETECTOR_H
#define ANOMALY_ENGINE_MODEL_DETECTOR_H

#include "anomaly/detector.h"
#include "engine/model_options.h"
#include "engine/model_seat.h"

#include <stddef.h>

/*
 * The detector of a model; `rows` has room for MODEL_OPTIONS_ROWS, is filled, and
 * lives as long as the detector. `check` calls model_options_check for this model.
 */
struct detector model_detector(const struct model *model, const char *(*check)(const void *options),
                               struct option_row *rows);

/*
 * The seat of a detector's state, but for the block, the first sample, whether an alarm goes
 * on, and who pays: these are the metric's.
 */
struct model_seat model_detector_seat(const struct detector *detector, const void *options,
                                      void *state);

#endif
