/*
 * What a group that a model judges has learned, but for the block, which is stored beside
 * it: its columns, its window of rows, what its scores were, and where its life is.
 *
 * Layout, as pack.h has numbers: window_size (u32), feed (u32), the fields of the stream, for
 * each column its number of values (u32), the time when it was known (f64) and its level
 * (f64), rows (u32), and of each its time (f64) and its cells (f64), the oldest first; then
 * the rows that a block that learns has learned since it was taken (u32), and their cells (f64).
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
