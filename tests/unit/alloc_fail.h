/*
 * Lets the n-th allocation of the code under test fail. The program is linked
 * with ALLOC_FAIL_WRAP, which send malloc, calloc, realloc, aligned_alloc
 * and posix_memalign here.
 */
#ifndef ANOMALY_TESTS_ALLOC_FAIL_H
#define ANOMALY_TESTS_ALLOC_FAIL_H

#include <stdbool.h>

/*
 * The n-th allocation of the calling thread from now on fails, and every one after
 * it; 0 = none fails. What other threads allocate meanwhile is not counted.
 */
void alloc_fail_at(unsigned n);

/* The same, but the n-th alone fails; n > 0. */
void alloc_fail_once_at(unsigned n);

/*
 * None fails, but `call` is made at the n-th allocation, once: what another thread may do
 * just then. n > 0.
 */
void alloc_call_at(unsigned n, void (*call)(void *context), void *context);

/* Whether an allocation has failed, or a call was made, since one of these. */
bool alloc_has_failed(void);

#endif
