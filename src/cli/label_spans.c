#include "cli/label_spans.h"

#include "cli/room.h"

#include <math.h>
#include <stdlib.h>

static bool add(struct label_spans *spans, const struct label_span *span) {
  struct label_span *const list =
      room_for_one(spans->list, spans->count, &spans->room, sizeof *list);
  if (list == NULL)
    return false;
  spans->list = list;
  list[spans->count++] = *span;
  return true;
}

bool label_spans_note(struct label_spans *spans, double time, bool labelled) {
  const bool goes_on = spans->open;
  spans->open = labelled;
  if (!labelled)
    return true;
  if (!goes_on)
    return add(spans, &(struct label_span){.start = time, .end = time});
  spans->list[spans->count - 1].end = time;
  return true;
}

bool label_spans_add(struct label_spans *spans, const struct label_spans *others) {
  for (size_t i = 0; i < others->count; i++)
    if (!add(spans, &others->list[i]))
      return false;
  return true;
}

static int by_start(const void *left, const void *right) {
  const struct label_span *const one = left;
  const struct label_span *const other = right;
  return (one->start > other->start) - (one->start < other->start);
}

void label_spans_join(struct label_spans *spans) {
  if (spans->count < 2)
    return;
  qsort(spans->list, spans->count, sizeof *spans->list, by_start);
  size_t last = 0;
  for (size_t i = 1; i < spans->count; i++) {
    struct label_span *const before = &spans->list[last];
    if (spans->list[i].start <= before->end)
      before->end = fmax(before->end, spans->list[i].end);
    else
      spans->list[++last] = spans->list[i];
  }
  spans->count = last + 1;
}

bool label_spans_meet(struct label_spans *spans, double from, double until) {
  while (spans->at < spans->count && spans->list[spans->at].end < from)
    spans->at++;
  return spans->at < spans->count && spans->list[spans->at].start < until;
}

void label_spans_release(struct label_spans *spans) {
  free(spans->list);
  *spans = (struct label_spans){.list = NULL};
}
