/*
 * What an administrator is told: the six servers of the Server Machine Dataset,
 * 38 metrics each, eight services of 19, and the series of cloud-monitoring as hosts
 * of one metric, replayed as hosts of one central collectd at default settings, and
 * the servers at other numbers of incidents_per_week. Counted in the second part,
 * which has labels: notifications by host and week, how many of the labelled events
 * they cover, how many beginnings are of none, and for how long told incidents are
 * open; in the first part, where there is one, the beginnings.
 *
 * An event alarms where a metric of its host, or its group, begins to alarm in it
 * (or within three rows of it), and is covered where an incident is open then that
 * was told.
 */
#include "anomaly/engine.h"
#include "anomaly/status.h"
#include "base/text.h"
#include "bench/data.h"
#include "cli/incident_feed.h"
#include "config/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double WEEK = 604800;
enum { HOSTS_MAX = 32, SPANS_MAX = 4096, ROWS_AROUND = 3 };

/* From the first alarm to the last; `until` is infinite while it lasts. */
struct span {
  double from, until;
  uint64_t incident;
};

struct server {
  struct frame frame;
  size_t row; /* to be replayed next */
  double interval;
  struct span told[SPANS_MAX];
  size_t told_count;
  double *alarms; /* times at which a metric began to alarm */
  size_t alarm_count;
};

struct counts {
  uint32_t began, worsened, ended; /* notifications */
  uint32_t unlabelled;             /* of those that began: of no event */
  uint32_t early;                  /* that began in the first part */
  uint32_t events, alarmed, covered;
  double weeks, early_weeks, open; /* of all hosts */
};

static struct bench {
  struct server server[HOSTS_MAX];
  size_t servers;
  struct incident_feed feed;
  struct engine *engine;
  struct counts counts;
} bench;

static bool fail(const char *what) {
  fprintf(stderr, "bench incidents: %s\n", what);
  return false;
}

static struct server *find_server(const char *name) {
  for (size_t i = 0; i < bench.servers; i++)
    if (strcmp(bench.server[i].frame.name, name) == 0)
      return &bench.server[i];
  return NULL;
}

static bool is_measured(const struct server *server, double time) {
  return time >= server->frame.time[server->frame.test_from];
}

/* Whether the server has a labelled row within a few rows of `time`. */
static bool is_labelled(const struct server *server, double time) {
  const struct frame *const frame = &server->frame;
  for (size_t i = 0; i < frame->rows; i++)
    if (frame->label[i] && fabs(frame->time[i] - time) <= ROWS_AROUND * server->interval)
      return true;
  return false;
}

/* One over hosts may go on while one of the server's own begins. */
static struct span *find_told(struct server *server, uint64_t incident) {
  for (size_t i = server->told_count; i-- > 0;)
    if (server->told[i].incident == incident && isinf(server->told[i].until))
      return &server->told[i];
  return NULL;
}

static void note_told(struct server *server, const struct incident_event *event) {
  const struct incident *const incident = &event->incident;
  struct span *const known = find_told(server, incident->id);
  if (known != NULL && event->change == INCIDENT_ENDED)
    known->until = incident->last;
  else if (known == NULL && event->change != INCIDENT_ENDED && server->told_count < SPANS_MAX)
    server->told[server->told_count++] =
        (struct span){.from = incident->seen, .until = HUGE_VAL, .incident = incident->id};
}

static void count_told(const struct server *server, const struct incident_event *event) {
  struct counts *const counts = &bench.counts;
  if (!is_measured(server, event->incident.start)) {
    counts->early += event->change == INCIDENT_BEGAN;
    return;
  }
  counts->ended += event->change == INCIDENT_ENDED;
  counts->worsened += event->change == INCIDENT_WORSENED;
  counts->began += event->change == INCIDENT_BEGAN;
  if (event->change == INCIDENT_BEGAN)
    counts->unlabelled += !is_labelled(server, event->incident.last);
}

static void take_incident(void *context, const struct incident_event *event) {
  (void)context;
  if (!event->told)
    return;
  for (uint32_t i = 0; i < event->incident.hosts && i < INCIDENT_HOSTS; i++) {
    struct server *const server = find_server(event->incident.host[i]);
    if (server == NULL)
      continue;
    note_told(server, event);
    if (i == 0)
      count_told(server, event);
  }
}

static void take_episode(void *context, const struct episode_event *episode) {
  (void)context;
  struct server *const server = find_server(episode->metric.part[METRIC_HOST]);
  if (server != NULL && episode->change == EPISODE_OPENED)
    server->alarms[server->alarm_count++] = episode->seen;
  incident_feed_take_episode(&bench.feed, episode);
}

static bool create(const char *text) {
  struct config config;
  struct config_error error;
  if (config_load_text(text, &config, &error) != STATUS_OK)
    return fail(error.message);
  struct engine_settings engine = {
      .options = config.engine, .rules = config.rules, .listener = take_episode};
  if (incident_feed_create(&bench.feed, &config.incidents, take_incident, NULL) != STATUS_OK ||
      engine_create(&bench.engine, &engine) != STATUS_OK)
    return fail("out of memory");
  return true;
}

static bool add_server(const char *path) {
  struct server *const server = &bench.server[bench.servers];
  memset(server, 0, sizeof *server);
  if (!frame_read(path, &server->frame))
    return false;
  bench.servers++;
  if (server->frame.rows < 2)
    return fail("a file has no rows");
  server->interval = server->frame.time[1] - server->frame.time[0];
  server->alarms = calloc(server->frame.rows * server->frame.columns, sizeof(double));
  return server->alarms != NULL || fail("out of memory");
}

static bool load(const char *pattern) {
  struct data_files files = data_find(pattern);
  bool loaded = true;
  for (size_t i = 0; loaded && i < files.count && bench.servers < HOSTS_MAX; i++)
    loaded = add_server(files.path[i]);
  data_files_release(&files);
  return loaded;
}

static void observe_row(struct server *server) {
  const struct frame *const frame = &server->frame;
  for (size_t i = 0; i < frame->columns; i++) {
    const double value = frame->value[server->row * frame->columns + i];
    if (isnan(value))
      continue;
    const struct metric_id id = {{frame->name, "bench", "", "gauge", frame->column[i], "value"}};
    const struct sample sample = sample_gauge(frame->time[server->row], server->interval, value);
    engine_observe(bench.engine, &id, &sample, NULL);
  }
  server->row++;
}

/* The server whose next row is the earliest; NULL at the end. */
static struct server *next_server(void) {
  struct server *next = NULL;
  for (size_t i = 0; i < bench.servers; i++) {
    struct server *const server = &bench.server[i];
    if (server->row < server->frame.rows &&
        (next == NULL || server->frame.time[server->row] < next->frame.time[next->row]))
      next = server;
  }
  return next;
}

static void replay(void) {
  for (struct server *server = next_server(); server != NULL; server = next_server()) {
    incident_feed_advance(&bench.feed, server->frame.time[server->row]);
    observe_row(server);
  }
}

static bool is_told(const struct server *server, double time) {
  for (size_t i = 0; i < server->told_count; i++)
    if (time >= server->told[i].from && time <= server->told[i].until)
      return true;
  return false;
}

static void count_event(const struct server *server, double from, double until) {
  const double around = ROWS_AROUND * server->interval;
  bool alarmed = false, covered = false;
  for (size_t i = 0; i < server->alarm_count; i++) {
    const double alarm = server->alarms[i];
    if (alarm < from - around || alarm > until + around)
      continue;
    alarmed = true;
    covered = covered || is_told(server, alarm);
  }
  bench.counts.events++;
  bench.counts.alarmed += alarmed;
  bench.counts.covered += covered;
}

static void count_events(const struct server *server) {
  const struct frame *const frame = &server->frame;
  for (size_t i = frame->test_from; i < frame->rows; i++) {
    if (!frame->label[i] || (i > frame->test_from && frame->label[i - 1]))
      continue;
    size_t last = i;
    while (last + 1 < frame->rows && frame->label[last + 1])
      last++;
    count_event(server, frame->time[i], frame->time[last]);
  }
}

static void count_time(const struct server *server) {
  const struct frame *const frame = &server->frame;
  const double from = frame->time[frame->test_from], until = frame->time[frame->rows - 1];
  for (size_t i = 0; i < server->told_count; i++)
    bench.counts.open +=
        fmax(fmin(server->told[i].until, until) - fmax(server->told[i].from, from), 0);
  bench.counts.weeks += (until - from) / WEEK;
  bench.counts.early_weeks += (from - frame->time[0]) / WEEK;
}

static void print(const char *name) {
  const struct counts *const counts = &bench.counts;
  const double weeks = counts->weeks;
  printf("%-20s %5zu %7.1f %7.2f %7.2f %9.2f %7.2f %11.2f %7.1f %6u %8u %4u %6.1f %%", name,
         bench.servers, weeks, (counts->began + counts->worsened + counts->ended) / weeks,
         counts->began / weeks, counts->worsened / weeks, counts->ended / weeks,
         counts->unlabelled / weeks, counts->open / 3600 / weeks, counts->events, counts->alarmed,
         counts->covered, 100. * counts->covered / counts->events);
  if (counts->early_weeks > 0)
    printf(" %7.2f", counts->early / counts->early_weeks);
  puts("");
}

static void release(void) {
  engine_destroy(bench.engine);
  incident_feed_release(&bench.feed);
  for (size_t i = 0; i < bench.servers; i++) {
    frame_release(&bench.server[i].frame);
    free(bench.server[i].alarms);
  }
  memset(&bench, 0, sizeof bench);
}

#define ALONE "rules = (); groups = ();"
#define TOGETHER "rules = (); groups = ( { name = \"host\"; members = { plugin = \"bench\"; }; } );"

static bool measure(const char *name, const char *pattern, const char *text) {
  bool measured = load(pattern);
  if (measured && bench.servers == 0)
    printf("%s: the data are not there\n", name);
  else if (measured && (measured = create(text))) {
    replay();
    for (size_t i = 0; i < bench.servers; i++) {
      count_events(&bench.server[i]);
      count_time(&bench.server[i]);
    }
    print(name);
  }
  release();
  return measured;
}

int main(void) {
  static const char smd[] = "smd/*.csv.gz", services[] = "services/*.csv.gz";
  puts("By host and week: notifications in all, and incidents begun, worsened, ended, begun for no "
       "event,\nand hours for which one was open; labelled events, those in which anything alarms, "
       "and those covered;\nand in the first part by host and week, incidents begun.\n");
  printf("%-20s %5s %7s %7s %7s %9s %7s %11s %7s %6s %8s %4s %8s %7s\n", "data", "hosts", "weeks",
         "all", "begun", "worsened", "ended", "unlabelled", "open", "events", "alarmed", "told",
         "covered", "first");
  const bool measured = measure("smd", smd, ALONE) && measure("  + group", smd, TOGETHER) &&
                        measure("    1 per week", smd, "incidents_per_week = 1; " TOGETHER) &&
                        measure("    3 per week", smd, "incidents_per_week = 3; " TOGETHER) &&
                        measure("    4 per week", smd, "incidents_per_week = 4; " TOGETHER) &&
                        measure("    all", smd, "incidents_per_week = 0; " TOGETHER) &&
                        measure("services", services, ALONE) &&
                        measure("  + group", services, TOGETHER) &&
                        measure("cloud-monitoring", "cloud-monitoring/*/*.csv", ALONE);
  return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
