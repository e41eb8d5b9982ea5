/* What keeping the state costs: `bench_store --help`. */
#include "store/store.h"
#include "anomaly/engine.h"
#include "config/config.h"
#include "history/generate.h"

#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  SIZES_MAX = 16,
  TABLE = 1024,     /* values that the metrics take theirs from */
  WARM_TICKS = 192, /* values of each metric before it is stored, an hour apart */
  FLUSH_SECONDS = 600,
};

static const double START = 1700006400, INTERVAL = 3600;

struct load {
  struct engine *engine;
  struct store *store;
  uint32_t metrics, tick;
  double table[TABLE];
};

/* Delays of calls of engine_observe, in seconds. */
struct delays {
  double longest;
  uint64_t calls, over; /* over 1 ms */
};

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/*
 * The program is linked so that locks go through here: how long a thread of the
 * store, and no thread of ours, has held one, in its own CPU time, so that what the
 * scheduler does meanwhile does not count. Locks are not nested.
 */
int __real_pthread_mutex_lock(pthread_mutex_t *lock);
int __real_pthread_mutex_unlock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_lock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock);

static _Thread_local bool is_ours;
static _Thread_local double locked;
static _Atomic double longest_hold;

int __wrap_pthread_mutex_lock(pthread_mutex_t *lock) {
  const int status = __real_pthread_mutex_lock(lock);
  if (!is_ours)
    locked = seconds(CLOCK_THREAD_CPUTIME_ID);
  return status;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock) {
  if (!is_ours)
    longest_hold = fmax(longest_hold, seconds(CLOCK_THREAD_CPUTIME_ID) - locked);
  return __real_pthread_mutex_unlock(lock);
}

struct writer {
  struct load *load;
  atomic_bool stop;
  struct delays delays;
};

static char folder[256], path[300];

static double now_of_data(void) { return START; }

static bool open_all(struct load *load) {
  const struct store_settings settings = {.path = path,
                                          .options = {.checkpoint_interval = 86400,
                                                      .keep_incidents = 86400,
                                                      .keep_anomalies = 86400,
                                                      .keep_models = 3,
                                                      .models_limit = 1 << 27},
                                          .now = now_of_data};
  if (store_open(&load->store, &settings) != STATUS_OK)
    return false;
  struct engine_settings engine = engine_settings_preset();
  struct config config;
  struct config_error error;
  if (config_load_builtin(&config, &error) != STATUS_OK)
    return false;
  engine.options.memory_limit = UINT64_C(64) << 30;
  engine.hash_seed = store_seed(load->store);
  engine.rules = config.rules;
  if (engine_create(&load->engine, &engine) != STATUS_OK) {
    config_release(&config);
    return false;
  }
  return store_start(load->store, load->engine, NULL) == STATUS_OK;
}

static void close_all(struct load *load) {
  store_destroy(load->store);
  engine_destroy(load->engine);
}

/* The next value of one metric; gives how long it took. */
static double observe(struct load *load, uint32_t metric) {
  char host[16], instance[16];
  snprintf(host, sizeof host, "host%05x", metric >> 6);
  snprintf(instance, sizeof instance, "%02x", metric & 63);
  const struct metric_id id = {{host, "cpu", instance, "percent", "user", "value"}};
  const struct sample sample =
      sample_gauge(START + load->tick * INTERVAL + metric % 64, INTERVAL,
                   load->table[(load->tick + 31 * (uint64_t)metric) % TABLE]);
  const double begin = seconds(CLOCK_MONOTONIC);
  engine_observe(load->engine, &id, &sample, NULL);
  return seconds(CLOCK_MONOTONIC) - begin;
}

static void run_tick(struct load *load) {
  for (uint32_t metric = 0; metric < load->metrics; metric++)
    observe(load, metric);
  load->tick++;
}

/* A write thread, as hard as it can. */
static void *write_on(void *argument) {
  struct writer *const writer = argument;
  struct load *const load = writer->load;
  is_ours = true;
  for (load->tick++; !writer->stop; load->tick++)
    for (uint32_t metric = 0; metric < load->metrics && !writer->stop; metric++) {
      const double delay = observe(load, metric);
      writer->delays.longest = fmax(writer->delays.longest, delay);
      writer->delays.over += delay > 1e-3;
      writer->delays.calls++;
    }
  return NULL;
}

/* Delays while `work` runs, or for a second without it. */
static struct delays watch_delays(struct load *load, bool (*work)(struct load *load)) {
  struct writer writer = {.load = load};
  pthread_t thread;
  if (pthread_create(&thread, NULL, write_on, &writer) != 0)
    return writer.delays;
  if (work != NULL)
    (void)work(load);
  else
    usleep(1000000);
  writer.stop = true;
  pthread_join(thread, NULL);
  return writer.delays;
}

static bool flush(struct load *load) { return store_flush(load->store, FLUSH_SECONDS); }

static struct store_status status_of(struct load *load) {
  struct store_status status;
  store_status(load->store, &status);
  return status;
}

static void print_checkpoint(struct load *load, const char *what, double cpu) {
  const struct store_status status = status_of(load);
  printf("  %-34s %8.2f s %10.0f rows/s   CPU %6.2f s   %s\n", what, status.checkpoint_seconds,
         load->metrics / status.checkpoint_seconds, cpu, store_fault_name(status.health.fault));
}

static void print_delays(const char *what, struct delays delays) {
  printf("  %-34s %8.2f ms longest of %llu, over 1 ms: %llu\n", what, delays.longest * 1e3,
         (unsigned long long)delays.calls, (unsigned long long)delays.over);
}

static void measure_checkpoints(struct load *load) {
  double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
  flush(load);
  print_checkpoint(load, "first checkpoint, with baselines",
                   seconds(CLOCK_PROCESS_CPUTIME_ID) - begin);
  run_tick(load);
  begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
  flush(load);
  print_checkpoint(load, "all changed, with baselines", seconds(CLOCK_PROCESS_CPUTIME_ID) - begin);
  run_tick(load);
  print_delays("a value, without a checkpoint", watch_delays(load, NULL));
  run_tick(load);
  longest_hold = 0;
  print_delays("a value, during a checkpoint", watch_delays(load, flush));
  printf("  %-34s %8.3f ms of CPU\n", "a lock, by the checkpoint", longest_hold * 1e3);
}

static bool measure_restart(struct load *load) {
  const double begin = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  if (!open_all(load))
    return false;
  const double took = seconds(CLOCK_MONOTONIC) - begin;
  const struct store_status status = status_of(load);
  printf("  %-34s %8.2f s %10.0f metrics/s CPU %6.2f s   %llu restored\n", "restart", took,
         load->metrics / took, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
         (unsigned long long)status.restored.metrics);
  printf("  %-34s %8.0f bytes\n", "file, for each metric", (double)status.bytes / load->metrics);
  return true;
}

static void remove_files(void) {
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  for (size_t i = 0; i < 3; i++) {
    char name[320];
    snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
    unlink(name);
  }
}

static bool measure(uint32_t metrics) {
  struct load *const load = calloc(1, sizeof *load);
  if (load == NULL)
    return false;
  load->metrics = metrics;
  struct generator generator = generator_of(GENERATED_CPU, INTERVAL, 1);
  for (size_t at = 0; at < TABLE; at++)
    load->table[at] = generator_next(&generator);
  bool good = open_all(load);
  printf("%u metrics\n", metrics);
  while (good && load->tick < (metrics > 200000 ? WARM_TICKS / 8 : WARM_TICKS))
    run_tick(load);
  if (good)
    measure_checkpoints(load);
  close_all(load);
  if (good)
    good = measure_restart(load);
  close_all(load);
  free(load);
  remove_files();
  return good;
}

static void print_help(void) {
  printf("usage: bench_store [--folder DIR] [--metrics N]...\n\n"
         "Prints what checkpoints of the shipped configuration's states take, how long a\n"
         "write callback's value is delayed meanwhile, what a restart takes, and how large\n"
         "the file is, for 10000, 100000 and 1000000 metrics unless told otherwise. The\n"
         "file is made in DIR, or in $TMPDIR or /tmp.\n");
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"folder", required_argument, NULL, 'f'},
                                          {"metrics", required_argument, NULL, 'm'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
  uint32_t sizes[SIZES_MAX] = {10000, 100000, 1000000};
  is_ours = true;
  size_t given = 0;
  const char *parent = getenv("TMPDIR");
  for (int option; (option = getopt_long(argc, argv, "f:m:h", options, NULL)) != -1;) {
    if (option == 'f')
      parent = optarg;
    else if (option == 'm' && given < SIZES_MAX)
      sizes[given++] = (uint32_t)strtoul(optarg, NULL, 10);
    else {
      print_help();
      return option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE;
    }
  }
  snprintf(folder, sizeof folder, "%s/bench-store.XXXXXX", parent != NULL ? parent : "/tmp");
  if (mkdtemp(folder) == NULL) {
    perror(folder);
    return EXIT_FAILURE;
  }
  snprintf(path, sizeof path, "%s/anomaly.db", folder);
  setvbuf(stdout, NULL, _IOLBF, 0);
  bool good = true;
  for (size_t at = 0; good && at < (given > 0 ? given : 3); at++)
    good = measure(sizes[at]);
  rmdir(folder);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
