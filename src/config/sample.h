/*
 * What can be configured, printed from the option rows: the sample
 * configuration and the reference of the manual.
 */
#ifndef ANOMALY_CONFIG_SAMPLE_H
#define ANOMALY_CONFIG_SAMPLE_H

#include <stdio.h>

/*
 * Prints anomaly.cfg as it is shipped: each option, commented out, with its
 * help, its range and its preset, then the shipped rules as they hold. Read as
 * it stands it is the built-in configuration. Errors: STATUS_IO.
 */
int config_print_sample(FILE *stream);

/*
 * Prints docs/options.md: the options of the engine, of rules and of each
 * detector, with the detector's source and its bytes of state per metric.
 * Errors: STATUS_IO, STATUS_NO_MEMORY.
 */
int config_print_reference(FILE *stream);

#endif
