/*
 * The rules that hold where a configuration has no `rules` of its own: the
 * text of shipped_rules.cfg.
 */
#ifndef ANOMALY_CONFIG_SHIPPED_RULES_H
#define ANOMALY_CONFIG_SHIPPED_RULES_H

/* NUL-terminated; `rules = ( … );` and comments. */
extern const char shipped_rules[];

#endif
