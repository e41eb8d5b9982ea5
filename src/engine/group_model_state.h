/*
 * What a group that a model judges has learned, but for the model: its columns, its window
 * of rows and what its scores were. The model is fitted to the window anew.
 *
 * Layout, as pack.h has numbers: window_size (u32), feed (u32), the fields of the stream, for
 * each column its number of values (u32) and its level (f64), rows (u32), and their cells
 * (f64), the oldest row first.
 */
#ifndef ANOMALY_ENGINE_GROUP_MODEL_STATE_H
#define ANOMALY_ENGINE_GROUP_MODEL_STATE_H

#include "engine/group_model.h"
#include "engine/pack.h"

void group_model_pack(struct packer *packer, const struct group_model *stream);

/*
 * Fills a stream that has seen nothing and has so many columns, from hostile bytes.
 * Errors, with the stream of no use but to be released: STATUS_CORRUPT, STATUS_MISMATCH
 * (other options).
 */
int group_model_unpack(struct unpacker *unpacker, struct group_model *stream);

#endif
