#include "cli/episodes.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"
#include "cli/json.h"
#include "engine/describe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_SIZE = 256, SCORE_DIGITS = 9, VALUE_DIGITS = 15 };

struct open_episode {
  struct episode_event told; /* the event that opened it, or made it worse */
  char text[TEXT_SIZE];
};

int episodes_create(struct episodes *ret_episodes, const struct columns *columns, bool json) {
  struct open_episode **const open = calloc(columns->count, sizeof(struct open_episode *));
  if (open == NULL)
    return STATUS_NO_MEMORY;
  *ret_episodes = (struct episodes){.columns = columns, .open = open, .json = json};
  if (!json)
    fputs("start,end,duration,ended,kind,severity,peak_score,peak_time,peak_value,metric,text\n",
          stdout);
  return STATUS_OK;
}

void episodes_release(struct episodes *episodes) {
  for (size_t i = 0; episodes->open != NULL && i < episodes->columns->count; i++)
    free(episodes->open[i]);
  free(episodes->open);
  episodes->open = NULL;
}

static void write_time(double time) {
  csv_write_time(stdout, time);
  fputs(",", stdout);
}

static void write_number(double number, unsigned digits) {
  csv_write_number(stdout, number, digits);
  fputs(",", stdout);
}

static void write_csv(const struct episode_line *line) {
  write_time(line->start);
  write_time(line->end);
  write_number(line->duration, VALUE_DIGITS);
  fprintf(stdout, "%s,%s,%s,", line->ended, line->kind, line->severity);
  write_number(line->peak_score, SCORE_DIGITS);
  write_time(line->peak_time);
  write_number(line->peak_value, VALUE_DIGITS);
  csv_write_field(stdout, line->metric);
  fputs(",", stdout);
  csv_write_field(stdout, line->text);
  fputs("\n", stdout);
}

static const char *end_name(enum episode_end end) {
  switch (end) {
  case EPISODE_RECOVERED:
    return "recovered";
  case EPISODE_ACCEPTED:
    return "accepted";
  case EPISODE_EXPIRED:
    break;
  }
  return "expired";
}

/* `last` knows the peak so far; `end` is NaN while the episode is open. */
static void write_episode(const struct episodes *episodes, size_t column,
                          const struct episode_event *last, const char *ended, double end,
                          double now) {
  const struct open_episode *const open = episodes->open[column];
  const struct episode_line line = {
      .metric = episodes->columns->list[column].label,
      .ended = ended,
      .severity = severity_name(open->told.verdict.severity),
      .kind = anomaly_kind_name(open->told.verdict.kind),
      .text = open->text,
      .start = last->start,
      .end = end,
      .duration = now - last->start,
      .peak_score = last->peak_score,
      .peak_time = last->peak_time,
      .peak_value = last->peak_value,
  };
  if (episodes->json)
    json_write_episode(stdout, &line);
  else
    write_csv(&line);
}

static void keep(struct episodes *episodes, const struct episode_event *event) {
  struct open_episode **const open = &episodes->open[episodes->column];
  if (*open == NULL)
    *open = malloc(sizeof **open);
  if (*open == NULL) {
    episodes->no_memory = true;
    return;
  }
  (*open)->told = *event;
  struct text text = text_over((*open)->text, TEXT_SIZE);
  describe_episode(event, &text);
}

void episodes_listen(void *context, const struct episode_event *event) {
  struct episodes *const episodes = context;
  if (event->change != EPISODE_CLOSED) {
    keep(episodes, event);
    return;
  }
  struct open_episode **const open = &episodes->open[episodes->column];
  if (*open == NULL)
    return;
  write_episode(episodes, episodes->column, event, end_name(event->end), event->verdict.time,
                event->verdict.time);
  free(*open);
  *open = NULL;
}

void episodes_finish(struct episodes *episodes, double time) {
  for (size_t i = 0; i < episodes->columns->count; i++)
    if (episodes->open[i] != NULL)
      write_episode(episodes, i, &episodes->open[i]->told, "open", (double)NAN, time);
}
