/*
 * Whether trouble that begins on several hosts at once is more than chance:
 * by the rate at which hosts have trouble anyway (Poisson).
 */
#ifndef ANOMALY_ENGINE_BURST_H
#define ANOMALY_ENGINE_BURST_H

#include <stdbool.h>
#include <stdint.h>

enum { BURST_LEAST = 3 }; /* fewer hosts are never a burst */

/* All zero: nothing has happened yet. */
struct burst {
  double time;  /* of the last beginning */
  double count; /* beginnings of about the last week, then */
};

/* Notes that a host's own trouble began. */
void burst_note(struct burst *burst, double time);

/*
 * Whether `hosts` beginnings within `window` seconds before `time` have a chance
 * of less than one in ten thousand.
 */
bool burst_is_unlikely(const struct burst *burst, double time, double window, uint32_t hosts);

#endif
