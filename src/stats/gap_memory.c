#include "stats/gap_memory.h"

#include <string.h>

const struct state_row span_rows[] = {
    STATE_FIELD(struct span, low, STATE_F32),
    STATE_FIELD(struct span, high, STATE_F32),
    STATE_ROWS_END,
};

const struct state_row gap_memory_rows[] = {
    STATE_STRUCTS(struct gap_memory, span, GAP_MEMORY_SPANS, struct span, span_rows),
    STATE_ARRAY(struct gap_memory, day, STATE_U8, GAP_MEMORY_SPANS),
    STATE_FIELD(struct gap_memory, spans, STATE_U8),
    STATE_ROWS_END,
};

static uint8_t days_since(uint8_t then, uint8_t day) { return (uint8_t)(day - then); }

/* Joins neighbours in a list of GAP_MEMORY_SPANS + 1. */
static void join_nearest(struct span *span, uint8_t *days, uint8_t day) {
  int at = 0;
  for (int i = 1; i < GAP_MEMORY_SPANS; i++)
    if (span[i + 1].low - span[i].high < span[at + 1].low - span[at].high)
      at = i;

  span[at].high = span[at + 1].high;
  if (days_since(days[at + 1], day) < days_since(days[at], day))
    days[at] = days[at + 1];
  const size_t after = (size_t)(GAP_MEMORY_SPANS - 1 - at);
  memmove(&span[at + 1], &span[at + 2], after * sizeof span[0]);
  memmove(&days[at + 1], &days[at + 2], after * sizeof days[0]);
}

/* Copies of fixed size: those of the occupied part alone take several times as long. */
static void insert(struct gap_memory *memory, unsigned at, float value, uint8_t day) {
  struct span span[GAP_MEMORY_SPANS + 1];
  uint8_t days[GAP_MEMORY_SPANS + 1];
  memcpy(span, memory->span, sizeof memory->span);
  memcpy(days, memory->day, sizeof memory->day);
  memmove(span + at + 1, span + at, (GAP_MEMORY_SPANS - at) * sizeof span[0]);
  memmove(days + at + 1, days + at, (GAP_MEMORY_SPANS - at) * sizeof days[0]);
  span[at] = (struct span){value, value};
  days[at] = day;

  if (memory->spans == GAP_MEMORY_SPANS)
    join_nearest(span, days, day);
  else
    memory->spans++;
  memcpy(memory->span, span, sizeof memory->span);
  memcpy(memory->day, days, sizeof memory->day);
}

struct neighbours gap_memory_visit(struct gap_memory *memory, float value, uint8_t day,
                                   struct span *ret_visited) {
  unsigned at = 0;
  while (at < memory->spans && memory->span[at].high < value)
    at++;

  struct neighbours neighbours = {.count = 0};
  if (at < memory->spans && memory->span[at].low <= value) {
    memory->day[at] = day;
    *ret_visited = memory->span[at];
    return neighbours;
  }
  if (at > 0)
    neighbours.value[neighbours.count++] = memory->span[at - 1].high;
  if (at < memory->spans)
    neighbours.value[neighbours.count++] = memory->span[at].low;
  insert(memory, at, value, day);
  return neighbours;
}

void gap_memory_forget(struct gap_memory *memory, uint8_t day) {
  uint8_t kept = 0;
  for (unsigned i = 0; i < memory->spans; i++) {
    if (days_since(memory->day[i], day) > GAP_MEMORY_DAYS)
      continue;
    memory->span[kept] = memory->span[i];
    memory->day[kept] = memory->day[i];
    kept++;
  }
  memory->spans = kept;
}

bool gap_memory_valid(const struct gap_memory *memory, float limit) {
  if (memory->spans > GAP_MEMORY_SPANS)
    return false;
  float end = -limit;
  for (unsigned i = 0; i < memory->spans; i++) {
    const struct span *const span = &memory->span[i];
    if (!(span->low >= end && span->high >= span->low && span->high <= limit))
      return false;
    end = span->high;
  }
  return true;
}
