#include "engine/fitted.h"

#include <math.h>
#include <stdlib.h>

uint64_t fitted_cost(const struct block *block) {
  return sizeof(struct fitted) + block_size(block) + block_scratch(block) * sizeof(double);
}

struct fitted *fitted_create(struct block *block, uint32_t version, double created,
                             struct fitted_totals *totals) {
  struct fitted *const fitted = calloc(1, sizeof *fitted);
  double *const scratch = calloc(block_scratch(block), sizeof *scratch);
  if (fitted == NULL || scratch == NULL) {
    free(scratch);
    free(fitted);
    return NULL;
  }
  *fitted = (struct fitted){.block = block,
                            .scratch = scratch,
                            .version = version,
                            .created = created,
                            .quality = {.input_drift = NAN, .score_drift = NAN},
                            .totals = totals,
                            .holders = 1};
  atomic_fetch_add(&totals->bytes, fitted_cost(block));
  atomic_fetch_add(&totals->blocks, 1);
  return fitted;
}

void fitted_keep(struct fitted *fitted, struct block *as_taken) {
  struct block *const old = fitted->as_taken;
  fitted->as_taken = as_taken;
  if (as_taken != NULL)
    atomic_fetch_add(&fitted->totals->bytes, block_size(as_taken));
  if (old != NULL)
    atomic_fetch_sub(&fitted->totals->bytes, block_size(old));
  block_destroy(old);
}

struct block *fitted_stored(struct fitted *fitted) {
  return block_learns(fitted->block) ? fitted->as_taken : fitted->block;
}

struct fitted *fitted_hold(struct fitted *fitted) {
  atomic_fetch_add(&fitted->holders, 1);
  return fitted;
}

void fitted_give(struct fitted *fitted) {
  if (fitted == NULL || atomic_fetch_sub(&fitted->holders, 1) > 1)
    return;
  fitted_keep(fitted, NULL);
  atomic_fetch_sub(&fitted->totals->bytes, fitted_cost(fitted->block));
  atomic_fetch_sub(&fitted->totals->blocks, 1);
  block_destroy(fitted->block);
  free(fitted->scratch);
  free(fitted);
}
