/*
 * What can be told of a model beside its rows.
 */
#ifndef ANOMALY_CLI_MODEL_INFO_H
#define ANOMALY_CLI_MODEL_INFO_H

#include "anomaly/model.h"

#include <stddef.h>

#define MODEL_INFO_ROWS 1000
#define MODEL_INFO_COLUMNS 4

/*
 * Bytes of its block, with every option at its preset, fitted to that many seeded
 * rows and columns; 0 if that cannot be.
 */
size_t model_preset_bytes(const struct model *model);

#endif
