/*
 * Status codes shared by all parts of collectd-anomaly.
 *
 * Functions that can fail return one of these: STATUS_OK (0) or a negative
 * code. Outputs (parameters named ret_*) are untouched unless the function
 * says otherwise. No part below the plugin and the command line ever logs.
 */
#ifndef ANOMALY_STATUS_H
#define ANOMALY_STATUS_H

enum status {
  STATUS_OK = 0,
  STATUS_NO_MEMORY = -1, /* an allocation failed */
  STATUS_INVALID = -2,   /* an argument, option or text is not acceptable */
  STATUS_NOT_FOUND = -3, /* nothing of that name */
  STATUS_CORRUPT = -4,   /* stored bytes are damaged or cut short */
  STATUS_VERSION = -5,   /* stored bytes are of another version */
  STATUS_MISMATCH = -6,  /* stored bytes belong to another detector or options */
  STATUS_LIMIT = -7,     /* a configured or built-in bound would be exceeded */
  STATUS_IO = -8,        /* reading or writing failed; errno says why */
  STATUS_STOPPED = -9,   /* was told to stop */
};

/* One short English phrase for a status; never NULL. Thread-safe. */
const char *status_text(int status);

#endif
