/*
 * Values of C as values of JSON, for the files that write JSON with jansson.
 */
#ifndef ANOMALY_CLI_JSON_VALUES_H
#define ANOMALY_CLI_JSON_VALUES_H

#include <jansson.h>

/* JSON knows neither NaN nor infinity: null. */
json_t *json_number(double number);

/* A string; where its bytes are no UTF-8 they are shown one by one. NULL without memory. */
json_t *json_text(const char *string);

#endif
