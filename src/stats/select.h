/*
 * The least of many numbers, without sorting them all.
 */
#ifndef ANOMALY_STATS_SELECT_H
#define ANOMALY_STATS_SELECT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Puts the `chosen` least numbers first, in any order, and the next of them at
 * place `chosen` where there is one; `index`, all different, goes with them. Of equal
 * numbers the one with the lower index is less. No NaN.
 * Hoare, 1961, "Algorithm 65: find".
 */
void select_least(double *numbers, uint32_t *index, size_t count, size_t chosen);

#endif
