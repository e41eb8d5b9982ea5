/*
 * Telling what is wrong with a configuration, and where.
 */
#ifndef ANOMALY_CONFIG_ERROR_H
#define ANOMALY_CONFIG_ERROR_H

#include "config/config.h"

/* Fills *error, cutting what is too long, and returns `status`. */
int config_fail(struct config_error *error, int status, const char *file, unsigned line,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
