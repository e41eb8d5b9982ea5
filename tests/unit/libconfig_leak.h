/*
 * libconfig 1.5 forgets the text that it was reading when it meets a mistake.
 * A test that feeds it mistakes includes this once, so that a leak sanitizer
 * does not take that for ours.
 */
#ifndef ANOMALY_TESTS_LIBCONFIG_LEAK_H
#define ANOMALY_TESTS_LIBCONFIG_LEAK_H

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) { return "leak:libconfig.so\n"; }

#endif
