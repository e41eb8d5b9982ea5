/*
 * Models in files of their own.
 */
#ifndef ANOMALY_CLI_MODEL_STORE_H
#define ANOMALY_CLI_MODEL_STORE_H

#include "cli/verb.h"
#include "models/model_file.h"

/*
 * Writes the model, readable by its owner only: whole or not at all, over the file
 * that was there; a device or folder is refused. Reads one. Return the exit
 * status, having said what is wrong.
 */
int model_store_save(const struct model_file *model, const struct verb *verb, const char *path);
int model_store_load(struct model_file *ret_model, const struct verb *verb, const char *path);

#endif
