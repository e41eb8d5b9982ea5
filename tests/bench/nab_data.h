/*
 * The corpus of the Numenta Anomaly Benchmark, in nab/ of the data folder.
 */
#ifndef ANOMALY_TESTS_BENCH_NAB_DATA_H
#define ANOMALY_TESTS_BENCH_NAB_DATA_H

#include "bench/data.h"
#include "evaluate/nab.h"

/* One file with its windows as rows. */
struct nab_file {
  struct frame frame;
  struct nab_window *windows;
  size_t window_count;
};

struct nab_corpus {
  struct nab_file *files;
  size_t count;
};

/* False, with a message on stderr, where it is not there or built without jansson. */
bool nab_corpus_read(struct nab_corpus *ret_corpus);
void nab_corpus_release(struct nab_corpus *corpus);

#endif
