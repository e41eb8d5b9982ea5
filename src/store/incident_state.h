/*
 * An open incident as bytes, and back: all that a restart needs to go on with
 * it. The bytes are hostile; they have a version and a checksum.
 */
#ifndef ANOMALY_STORE_INCIDENT_STATE_H
#define ANOMALY_STORE_INCIDENT_STATE_H

#include "anomaly/incident.h"

#include <stddef.h>

/* Bytes of any incident. */
size_t incident_state_size(void);

/* Writes incident_state_size() bytes. */
void incident_state_save(const struct incident *incident, void *bytes);

/*
 * The words of verdicts are lost: reasons are NULL, leading detectors "". Errors,
 * with *ret_incident untouched: STATUS_CORRUPT, STATUS_VERSION.
 */
int incident_state_load(const void *bytes, size_t size, struct incident *ret_incident);

#endif
