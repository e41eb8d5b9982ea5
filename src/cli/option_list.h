/*
 * Option rows as a list for people.
 */
#ifndef ANOMALY_CLI_OPTION_LIST_H
#define ANOMALY_CLI_OPTION_LIST_H

#include "anomaly/option.h"

/* Prints them on stdout, under a headline, or that there are none. */
void option_list_print(const struct option_row *rows);

#endif
