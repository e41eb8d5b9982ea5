#include "stats/page_sums.h"

#include "stats/clamp.h"

const struct state_row page_sums_rows[] = {
    STATE_FIELD(struct page_sums, up, STATE_F64),
    STATE_FIELD(struct page_sums, down, STATE_F64),
    STATE_FIELD(struct page_sums, up_began, STATE_U32),
    STATE_FIELD(struct page_sums, down_began, STATE_U32),
    STATE_ROWS_END,
};

static void add(double *sum, uint32_t *began, double step, uint32_t time) {
  if (*sum <= 0)
    *began = time;
  *sum = double_clamp(*sum + step, 0, PAGE_SUMS_MOST);
}

void page_sums_add(struct page_sums *sums, double deviation, double slack, uint32_t time) {
  const double clipped = double_clamp(deviation, -PAGE_SUMS_CLIP, PAGE_SUMS_CLIP);
  add(&sums->up, &sums->up_began, clipped - slack, time);
  add(&sums->down, &sums->down_began, -clipped - slack, time);
}

bool page_sums_are_above(const struct page_sums *sums) { return sums->up >= sums->down; }

double page_sums_size(const struct page_sums *sums) {
  return page_sums_are_above(sums) ? sums->up : sums->down;
}

uint32_t page_sums_began(const struct page_sums *sums) {
  return page_sums_are_above(sums) ? sums->up_began : sums->down_began;
}

static bool is_sum(double sum) { return sum >= 0 && sum <= PAGE_SUMS_MOST; }

bool page_sums_valid(const struct page_sums *sums, uint32_t now) {
  return is_sum(sums->up) && is_sum(sums->down) && sums->up_began <= now && sums->down_began <= now;
}
