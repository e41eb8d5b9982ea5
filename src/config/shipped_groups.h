/*
 * The groups that hold where a configuration has no `groups` of its own.
 */
#ifndef ANOMALY_CONFIG_SHIPPED_GROUPS_H
#define ANOMALY_CONFIG_SHIPPED_GROUPS_H

/* NUL-terminated; `groups = ( … );` and comments. */
extern const char shipped_groups[];

#endif
