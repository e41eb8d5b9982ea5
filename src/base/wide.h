/*
 * Loops over numbers with the widest registers of the processor that runs them:
 * the loop is an ALWAYS_INLINE function, and one function with each of the marks
 * below, and one without, calls it. The compiler makes what it can of each; all
 * of them give the same numbers to the bit, as no operation is joined with another.
 */
#ifndef ANOMALY_BASE_WIDE_H
#define ANOMALY_BASE_WIDE_H

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum wide { WIDE_NOT, WIDE_256, WIDE_512 };

#if defined(__x86_64__) && defined(__GNUC__)

#define FOR_WIDE_256 __attribute__((target("avx2")))
#define FOR_WIDE_512 __attribute__((target("avx512f")))

/* The widest that this processor has. */
static inline enum wide wide_here(void) {
  if (__builtin_cpu_supports("avx512f"))
    return WIDE_512;
  return __builtin_cpu_supports("avx2") ? WIDE_256 : WIDE_NOT;
}

#else

#define FOR_WIDE_256
#define FOR_WIDE_512

static inline enum wide wide_here(void) { return WIDE_NOT; }

#endif

#endif
