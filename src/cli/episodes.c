#include "cli/episodes.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"
#include "cli/json.h"
#include "engine/describe.h"
#include "engine/group_rule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 256, SCORE_DIGITS = 9, VALUE_DIGITS = 15 };

struct open_episode {
  struct episode_event told; /* the event that opened it, or made it worse */
  char text[TEXT_SIZE];
  struct open_episode *next; /* of groups */
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
  while (episodes->groups != NULL) {
    struct open_episode *const open = episodes->groups;
    episodes->groups = open->next;
    free(open);
  }
  episodes->open = NULL;
}

static void write_csv(const struct episode_line *line) {
  csv_add_time(stdout, line->start);
  csv_add_time(stdout, line->end);
  csv_add_number(stdout, line->duration, VALUE_DIGITS);
  fprintf(stdout, "%s,%s,%s,", line->ended, line->kind, line->severity);
  csv_add_number(stdout, line->peak_score, SCORE_DIGITS);
  csv_add_time(stdout, line->peak_time);
  csv_add_number(stdout, line->peak_value, VALUE_DIGITS);
  csv_add_field(stdout, line->metric);
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

/* An episode under way, whose it is, and the last that is known of it. */
struct told_episode {
  const char *metric;
  const struct open_episode *open;
  const struct episode_event *last; /* knows the peak so far */
};

/* `end` is NaN while the episode is open. */
static void write_episode(const struct episodes *episodes, const struct told_episode *told,
                          const char *ended, double end, double now) {
  const struct episode_event *const last = told->last;
  const struct verdict *const verdict = &told->open->told.verdict;
  const struct episode_line line = {
      .metric = told->metric,
      .ended = ended,
      .severity = severity_name(verdict->severity),
      .kind = anomaly_kind_name(verdict->kind),
      .text = told->open->text,
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

static void keep(struct episodes *episodes, struct open_episode **place,
                 const struct episode_event *event) {
  if (*place == NULL)
    *place = calloc(1, sizeof **place);
  if (*place == NULL) {
    episodes->no_memory = true;
    return;
  }
  (*place)->told = *event;
  struct text text = text_over((*place)->text, TEXT_SIZE);
  describe_episode(event, &text);
}

static bool is_group(const struct episode_event *event) {
  return strcmp(event->metric.part[METRIC_PLUGIN], GROUP_PLUGIN) == 0;
}

/* Where the group's episode is, or belongs. */
static struct open_episode **place_of_group(struct episodes *episodes,
                                            const struct episode_event *event) {
  struct open_episode **place = &episodes->groups;
  while (*place != NULL &&
         memcmp(&(*place)->told.metric, &event->metric, sizeof event->metric) != 0)
    place = &(*place)->next;
  return place;
}

static void write_ended(const struct episodes *episodes, const struct open_episode *open,
                        const struct episode_event *event) {
  char words[METRIC_TEXT_SIZE];
  struct text text = text_over(words, sizeof words);
  const struct metric_id id = metric_name_id(&event->metric);
  describe_metric(&id, &text);
  const struct told_episode told = {
      .metric = is_group(event) ? words : episodes->columns->list[episodes->column].label,
      .open = open,
      .last = event};
  write_episode(episodes, &told, end_name(event->end), event->verdict.time, event->verdict.time);
}

void episodes_listen(void *context, const struct episode_event *event) {
  struct episodes *const episodes = context;
  struct open_episode **const place =
      is_group(event) ? place_of_group(episodes, event) : &episodes->open[episodes->column];
  if (event->change != EPISODE_CLOSED) {
    keep(episodes, place, event);
    return;
  }
  struct open_episode *const open = *place;
  if (open == NULL)
    return;
  write_ended(episodes, open, event);
  *place = open->next;
  free(open);
}

static void write_open(const struct episodes *episodes, const struct open_episode *open,
                       const char *metric, double time) {
  const struct told_episode told = {.metric = metric, .open = open, .last = &open->told};
  write_episode(episodes, &told, "open", (double)NAN, time);
}

void episodes_finish(struct episodes *episodes, double time) {
  for (size_t i = 0; i < episodes->columns->count; i++)
    if (episodes->open[i] != NULL)
      write_open(episodes, episodes->open[i], episodes->columns->list[i].label, time);
  for (const struct open_episode *open = episodes->groups; open != NULL; open = open->next) {
    char words[METRIC_TEXT_SIZE];
    struct text text = text_over(words, sizeof words);
    const struct metric_id id = metric_name_id(&open->told.metric);
    describe_metric(&id, &text);
    write_open(episodes, open, words, time);
  }
}
