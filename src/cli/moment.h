/*
 * Times as people say them on a command line.
 */
#ifndef ANOMALY_CLI_MOMENT_H
#define ANOMALY_CLI_MOMENT_H

/*
 * Reads a time as time_parse does, or a duration with its unit: so long before
 * `now`. Errors: STATUS_INVALID.
 */
int moment_read(const char *text, double now, double *ret_time);

/* What to say where that fails, behind the option's name. */
#define MOMENT_HELP "must be a time such as 2024-01-31, or one before now such as 30d"

#endif
