/* What one value costs in engine_observe, and one metric in memory: `bench_observe --help`. */
#include "anomaly/engine.h"
#include "base/random.h"
#include "bench/replay.h"
#include "evaluate/events.h"
#include "history/generate.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  SIZES_MAX = 16,
  ROUNDS_MAX = 99,
  TABLE = 1024,           /* values that the metrics take theirs from */
  STAGGER = 64,           /* metrics begin at so many different ticks */
  ROUND_VALUES = 400000,  /* at least, in one round */
  WARM_VALUES = 40000000, /* about so many before the first round */
  WARM_TICKS_MIN = 64,
  WARM_TICKS_MAX = 2048,
  CHASE = 8 << 20, /* places of the memory yardstick: 64 MB */
  HOPS = 1 << 20,
  STEPS = 1 << 22,
  METRIC_BYTES = 4096, /* more than a metric takes, to see what fits */
  HOST_METRICS = 64,   /* of a group */
};

/*
 * Seconds between values: long ones at first, so that metrics soon are days
 * old and all of their state is used; then collectd's usual ones.
 */
static const double WARM_INTERVAL = 600, INTERVAL = 10;
static const double START = 1700006400;

/* What the command line asks for. */
struct request {
  const char *detector;
  uint32_t metrics[SIZES_MAX];
  size_t sizes, rounds;
  bool help, members;
};

/* One engine with its metrics. */
struct load {
  struct engine *engine;
  uint32_t *order;
  uint32_t metrics;
  uint64_t tick;
  double time, interval;
  bool members; /* of the shipped group, so many hosts that each has HOST_METRICS */
  double sum;   /* of what the rounds without the engine look at */
  double table[TABLE];
};

/* What the rounds of one order took, in ns per value. */
struct rounds {
  double observed[ROUNDS_MAX];
  size_t count;
};

/* ---- Yardsticks ---- */

struct yardsticks {
  size_t *next; /* one cycle through all places in random order */
  size_t place;
  double sum; /* kept, so that no work can be left out */
  double memory[ROUNDS_MAX], arithmetic[ROUNDS_MAX];
  size_t count;
};

/* Sattolo 1986, An algorithm to generate a random cyclic permutation. */
static bool yardsticks_create(struct yardsticks *yardsticks) {
  uint64_t random = 1;
  *yardsticks = (struct yardsticks){.next = malloc(CHASE * sizeof(size_t))};
  if (yardsticks->next == NULL)
    return false;
  for (size_t at = 0; at < CHASE; at++)
    yardsticks->next[at] = at;
  for (size_t at = CHASE - 1; at > 0; at--) {
    const size_t other = random_below(&random, at);
    const size_t place = yardsticks->next[at];
    yardsticks->next[at] = yardsticks->next[other];
    yardsticks->next[other] = place;
  }
  return true;
}

static double chase_memory(struct yardsticks *yardsticks) {
  size_t at = yardsticks->place;
  const double start = cpu_seconds();
  for (size_t hop = 0; hop < HOPS; hop++)
    at = yardsticks->next[at];
  yardsticks->place = at;
  return (cpu_seconds() - start) * 1e9 / HOPS;
}

static double step_arithmetic(struct yardsticks *yardsticks) {
  double sum = yardsticks->sum;
  const double start = cpu_seconds();
  for (size_t step = 0; step < STEPS; step++)
    sum = sum * 0.999999 + 1;
  yardsticks->sum = sum;
  return (cpu_seconds() - start) * 1e9 / STEPS;
}

static void measure_yardsticks(struct yardsticks *yardsticks) {
  yardsticks->memory[yardsticks->count] = chase_memory(yardsticks);
  yardsticks->arithmetic[yardsticks->count] = step_arithmetic(yardsticks);
  yardsticks->count++;
}

/* ---- The load ---- */

static double resident_bytes(void) {
  unsigned long long size, resident = 0;
  FILE *stream = fopen("/proc/self/statm", "r");
  if (stream == NULL)
    return NAN;
  const int fields = fscanf(stream, "%llu %llu", &size, &resident);
  fclose(stream);
  return fields == 2 ? (double)resident * (double)sysconf(_SC_PAGESIZE) : (double)NAN;
}

static void load_destroy(struct load *load) {
  engine_destroy(load->engine);
  free(load->order);
  free(load);
}

static struct load *load_create(const struct watch *watch, uint32_t metrics, bool members) {
  struct load *load = calloc(1, sizeof(*load));
  if (load == NULL)
    return NULL;
  load->metrics = metrics;
  load->members = members;
  load->time = START;
  load->order = malloc(metrics * sizeof(*load->order));
  load->engine = watch_engine(watch);
  if (load->order == NULL || load->engine == NULL) {
    load_destroy(load);
    return NULL;
  }
  for (uint32_t at = 0; at < metrics; at++)
    load->order[at] = at;
  struct generator generator = generator_of(GENERATED_CPU, WARM_INTERVAL, 1);
  for (size_t at = 0; at < TABLE; at++)
    load->table[at] = generator_next(&generator);
  return load;
}

static void shuffle(struct load *load) {
  uint64_t random = 7;
  for (uint32_t at = load->metrics - 1; at > 0; at--) {
    const uint32_t other = (uint32_t)random_below(&random, at + 1);
    const uint32_t metric = load->order[at];
    load->order[at] = load->order[other];
    load->order[other] = metric;
  }
}

static void name_metric(uint32_t metric, char *name) {
  for (int digit = 7; digit >= 0; digit--, metric >>= 4)
    name[digit] = "0123456789abcdef"[metric & 15];
}

/*
 * One value of each metric. `observe` false is the same work without the
 * engine; what it takes is taken off. Returns how many were given.
 */
static uint64_t run_tick(struct load *load, bool observe) {
  char name[9] = "";
  char host[] = "00000000.example";
  const struct metric_id id = {{load->members ? host : "bench.example",
                                load->members ? "cpu" : "plugin", name, "gauge", "", "value"}};
  uint64_t given = 0;
  for (uint32_t at = 0; at < load->metrics; at++) {
    const uint32_t metric = load->order[at];
    if (load->tick < metric % STAGGER)
      continue;
    name_metric(metric, name);
    if (load->members)
      name_metric(metric / HOST_METRICS, host);
    const struct sample sample =
        sample_gauge(load->time, load->interval, load->table[(load->tick + 31 * metric) % TABLE]);
    struct verdict verdict;
    if (observe)
      engine_observe(load->engine, &id, &sample, &verdict);
    else
      load->sum += sample.value.gauge + (double)name[7];
    given++;
  }
  if (observe) {
    load->tick++;
    load->time += load->interval;
  }
  return given;
}

static double run_round(struct load *load, bool observe) {
  uint64_t given = 0;
  const double start = cpu_seconds();
  while (given < ROUND_VALUES)
    given += run_tick(load, observe);
  return (cpu_seconds() - start) * 1e9 / (double)given;
}

static void warm_up(struct load *load) {
  const uint64_t share = WARM_VALUES / load->metrics;
  const uint64_t ticks = share < WARM_TICKS_MIN   ? WARM_TICKS_MIN
                         : share > WARM_TICKS_MAX ? WARM_TICKS_MAX
                                                  : share;
  load->interval = WARM_INTERVAL;
  while (load->tick < ticks + STAGGER)
    run_tick(load, true);
  load->interval = INTERVAL;
}

static void measure(struct load *load, struct yardsticks *yardsticks, size_t count,
                    struct rounds *rounds) {
  rounds->count = count;
  for (size_t at = 0; at < count; at++) {
    measure_yardsticks(yardsticks);
    const double observed = run_round(load, true);
    rounds->observed[at] = observed - run_round(load, false);
  }
}

/* ---- Output ---- */

static void print_rounds(const struct load *load, const char *order, struct rounds *rounds,
                         struct yardsticks *yardsticks, double resident) {
  const double median = event_median(rounds->observed, rounds->count); /* sorts them */
  struct engine_stats stats;
  engine_stats(load->engine, &stats);
  const double days = (load->time - START) / 86400;
  printf("%9u %-9s%6.1f%9.1f%9.1f%9.1f%13.1f%11.2f%10.0f%10.0f\n", load->metrics, order, days,
         median, rounds->observed[0], rounds->observed[rounds->count - 1],
         median / event_median(yardsticks->arithmetic, yardsticks->count),
         median / event_median(yardsticks->memory, yardsticks->count),
         (double)stats.memory / (double)stats.metrics, resident / (double)load->metrics);
}

static bool measure_size(const struct watch *watch, uint32_t metrics, const struct request *request,
                         struct yardsticks *yardsticks) {
  const size_t count = request->rounds;
  const double available = (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  if (available < (double)metrics * METRIC_BYTES) {
    printf("%9u skipped: this machine has no %.1f GB free\n", metrics,
           (double)metrics * METRIC_BYTES / 1e9);
    return true;
  }
  struct load *load = load_create(watch, metrics, request->members);
  if (load == NULL)
    return false;
  const double before = resident_bytes();
  warm_up(load);
  const double resident = resident_bytes() - before;
  struct rounds rounds;
  yardsticks->count = 0;
  measure(load, yardsticks, count, &rounds);
  print_rounds(load, "in order", &rounds, yardsticks, resident);
  if (metrics > 1) {
    shuffle(load);
    measure(load, yardsticks, count, &rounds);
    print_rounds(load, "shuffled", &rounds, yardsticks, resident);
  }
  printf("%9s yardsticks: arithmetic step %.2f ns, memory hop %.1f ns\n", "",
         event_median(yardsticks->arithmetic, yardsticks->count),
         event_median(yardsticks->memory, yardsticks->count));
  load_destroy(load);
  return true;
}

static void print_help(void) {
  printf("usage: bench_observe [--detector NAME[:OPTION=VALUE,...]] [--metrics N]... "
         "[--rounds N] [--members]\n\n"
         "Prints the CPU time of one value in engine_observe and the memory of one metric,\n"
         "for 1, 1000, 100000 and 1000000 metrics unless told otherwise: medians over the\n"
         "rounds, and as ratios to two yardsticks measured between them, a dependent\n"
         "multiply-add and a hop through 64 MB of memory in random order. In order, the\n"
         "metrics get their values as they were made; shuffled, in an order that makes\n"
         "their state cold. Their age in days is shown, as young ones cost less. What\n"
         "watches is the shipped configuration or one detector. With --members all metrics\n"
         "are members of the shipped group, %d of each host.\n",
         HOST_METRICS);
}

/* A whole number from 1 to `most`; 0 and a message for anything else. */
static unsigned long parse_number(const char *text, unsigned long most) {
  char *end;
  const unsigned long number = strtoul(text, &end, 10);
  if (end != text && *end == '\0' && number >= 1 && number <= most)
    return number;
  fprintf(stderr, "a number from 1 to %lu is wanted, not %s\n", most, text);
  return 0;
}

static bool parse_options(int argc, char **argv, struct request *request) {
  static const struct option options[] = {
      {"detector", required_argument, NULL, 'd'}, {"metrics", required_argument, NULL, 'm'},
      {"rounds", required_argument, NULL, 'r'},   {"members", no_argument, NULL, 'g'},
      {"help", no_argument, NULL, 'h'},           {0}};
  bool good = true;
  for (int option; good && (option = getopt_long(argc, argv, "d:m:r:gh", options, NULL)) != -1;) {
    if (option == 'h')
      request->help = true;
    else if (option == 'g')
      request->members = true;
    else if (option == 'd')
      request->detector = optarg;
    else if (option == 'm' && request->sizes < SIZES_MAX)
      good = (request->metrics[request->sizes++] = (uint32_t)parse_number(optarg, 1u << 28)) > 0;
    else if (option == 'r')
      good = (request->rounds = parse_number(optarg, ROUNDS_MAX / 2)) > 0;
    else
      good = false;
  }
  return good;
}

static bool measure_all(const struct request *request) {
  static const uint32_t usual[] = {1, 1000, 100000, 1000000};
  const uint32_t *sizes = request->sizes > 0 ? request->metrics : usual;
  const size_t count = request->sizes > 0 ? request->sizes : sizeof(usual) / sizeof(usual[0]);
  struct watch watch;
  struct yardsticks yardsticks;
  if (!watch_parse(request->detector, SENSITIVITY_NORMAL, &watch))
    return false;
  bool good = yardsticks_create(&yardsticks);
  printf("engine_observe with %s\n%9s %-9s%6s%9s%9s%9s%13s%11s%10s%10s\n", watch.title, "metrics",
         "order", "days", "ns/value", "least", "most", "x arithmetic", "x memory", "bytes",
         "resident");
  for (size_t at = 0; good && at < count; at++)
    good = measure_size(&watch, sizes[at], request, &yardsticks);
  if (!good)
    fprintf(stderr, "out of memory\n");
  free(yardsticks.next);
  watch_release(&watch);
  return good;
}

int main(int argc, char **argv) {
  struct request request = {.detector = WATCH_SHIPPED, .rounds = 7};
  if (!parse_options(argc, argv, &request))
    return EXIT_FAILURE;
  if (request.help) {
    print_help();
    return EXIT_SUCCESS;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  return measure_all(&request) ? EXIT_SUCCESS : EXIT_FAILURE;
}
