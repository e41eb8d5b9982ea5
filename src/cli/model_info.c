#include "cli/model_info.h"

#include "anomaly/status.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/model_choice.h"

static size_t bytes_fitted_to(const struct model *model, const double *cells) {
  const struct matrix rows = {
      .cells = cells, .rows = MODEL_INFO_ROWS, .columns = MODEL_INFO_COLUMNS};
  char why[512];
  struct text text = text_over(why, sizeof why);
  struct model_choice choice;
  if (model_choice_read(&choice, model->name, &text) != STATUS_OK)
    return 0;
  struct block *block = NULL;
  const int status = model_choice_fit(&choice, &rows, &block, &text);
  const size_t bytes = status == STATUS_OK ? block_size(block) : 0;
  block_destroy(block);
  model_choice_release(&choice);
  return bytes;
}

size_t model_preset_bytes(const struct model *model) {
  double cells[MODEL_INFO_ROWS * MODEL_INFO_COLUMNS];
  uint64_t random = 1;
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
    cells[i] = random_normal(&random);
  return bytes_fitted_to(model, cells);
}
