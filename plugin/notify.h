/*
 * Incidents as collectd's notifications.
 *
 * Severity is WARNING or FAILURE as the incident has it, OKAY for its end; the
 * time is the data's; the message is describe_incident's. Host, plugin, type and
 * instances are those of the likely first cause, and stay so to the end; an
 * incident over hosts is ours: plugin "anomaly", type instance "hosts".
 * Metadata, by name, as anomaly.cfg(5) has them for users; the first twelve are of the
 * metric that the message is about:
 *
 *   Metric                   string, its name
 *   DataSource               string
 *   CurrentValue             double; NaN where values are missing
 *   WarningMin, WarningMax   double; the learned usual range
 *   FailureMin, FailureMax   double; the same range where the severity is FAILURE,
 *                            else NaN: from where on it would be one is not known
 *   AnomalyScore             double, 0..1
 *   Confidence               double, 0..1: share of the detectors that agree
 *   Expected                 double; NaN = not known
 *   AnomalyType              string, such as "level_shift"
 *   Detectors                string, the leading detector's name
 *   Causes                   string, what a group's score comes from; of groups only
 *   StartTime                unsigned integer, seconds since the epoch (handlers
 *                            that print doubles with six digits would lose it)
 *   IncidentId               string of 16 hexadecimal digits
 *   Trouble                  string: "resource", "performance", "traffic", "system"
 *   Members                  unsigned integer, metrics of the incident
 *   MemberMetrics            string, up to eight of them, the likeliest cause first
 *   Hosts, HostNames         the same of hosts
 *   HostBooted               unsigned integer, seconds since the epoch; only where a
 *                            boot of the host may be behind it
 *   Duration                 unsigned integer, seconds; OKAY only
 *   PeakScore, PeakValue     double; OKAY only
 *
 * What had no room is told in one WARNING of ours, whose metadata Opened, Escalated and
 * Closed, unsigned integers, count it.
 *
 * What collectd has no memory for is left out; the notification goes out all
 * the same.
 */
#ifndef ANOMALY_PLUGIN_NOTIFY_H
#define ANOMALY_PLUGIN_NOTIFY_H

#include "engine/outbox.h"

#include <collectd/core/daemon/plugin.h>

#include <stdbool.h>

/* Used by the outbox's thread alone. */
struct notifier {
  /* Of our plugin. Handlers run in the outbox's thread, which has none of its own. */
  plugin_ctx_t context;
  bool told_nobody; /* has said that no handler is loaded */
};

/* A receiver that hands everything to collectd's handlers; `notifier` outlives it. */
struct outbox_receiver notifier_receiver(struct notifier *notifier);

#endif
