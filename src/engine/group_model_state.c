#include "engine/group_model_state.h"

#include "anomaly/engine.h"
#include "anomaly/status.h"

#include <math.h>

static const struct state_row stream_rows[] = {
    STATE_FIELD(struct group_model, stride, STATE_U32),
    STATE_FIELD(struct group_model, passed, STATE_U32),
    STATE_FIELD(struct group_model, number, STATE_U32),
    STATE_FIELD(struct group_model, version, STATE_U32),
    STATE_FIELD(struct group_model, first_time, STATE_F64),
    STATE_FIELD(struct group_model, last_time, STATE_F64),
    STATE_STRUCTS(struct group_model, history, 1, struct score_history, score_history_rows),
    STATE_STRUCTS(struct group_model, lasting, 1, struct lasting, lasting_rows),
    STATE_FIELD(struct group_model, before, STATE_F64),
    STATE_STRUCTS(struct group_model, alarm, 1, struct group_alarm, group_alarm_rows),
    STATE_ROWS_END,
};

/* ---- Writing -------------------------------------------------------------- */

static void pack_window(struct packer *packer, const struct group_model *stream) {
  const uint32_t size = stream->make.stream->window_size;
  const uint32_t oldest = stream->held < size ? 0 : (stream->newest + 1) % size;
  pack_u32(packer, stream->held);
  for (uint32_t i = 0; i < stream->held; i++) {
    const double *const row = stream->window + (size_t)((oldest + i) % size) * stream->columns;
    for (uint32_t j = 0; j < stream->columns; j++)
      pack_f64(packer, row[j]);
  }
}

void group_model_pack(struct packer *packer, const struct group_model *stream) {
  pack_u32(packer, stream->make.stream->window_size);
  pack_u32(packer, (uint32_t)stream->make.stream->feed);
  pack_rows(packer, stream_rows, NULL, stream);
  for (uint32_t i = 0; i < stream->columns; i++) {
    pack_u32(packer, stream->column[i].values);
    pack_f64(packer, stream->column[i].level);
  }
  pack_window(packer, stream);
}

/* ---- Hostile bytes -------------------------------------------------------- */

static bool is_time(double time) { return time >= 0 && time < ENGINE_TIME_MAX; }

static bool is_valid(const struct group_model *stream) {
  return stream->stride >= 1 && stream->stride <= UINT32_MAX / 2 &&
         stream->passed < stream->stride && is_time(stream->first_time) &&
         is_time(stream->last_time) && stream->first_time <= stream->last_time &&
         score_history_valid(&stream->history) && stream->before >= 0 &&
         stream->before <= SCORE_HISTORY_MOST && group_alarm_valid(&stream->alarm);
}

static bool unpack_columns(struct unpacker *unpacker, struct group_model *stream) {
  for (uint32_t i = 0; i < stream->columns; i++) {
    struct group_model_column *const column = &stream->column[i];
    if (!unpack_u32(unpacker, &column->values) || !unpack_f64(unpacker, &column->level) ||
        !(fabs(column->level) <= MODEL_CELL_MAX))
      return false;
  }
  return true;
}

static bool unpack_window(struct unpacker *unpacker, struct group_model *stream) {
  if (!unpack_u32(unpacker, &stream->held) || stream->held > stream->make.stream->window_size)
    return false;
  stream->newest = stream->held > 0 ? stream->held - 1 : 0;
  const size_t cells = (size_t)stream->held * stream->columns;
  for (size_t i = 0; i < cells; i++)
    if (!unpack_f64(unpacker, &stream->window[i]))
      return false;
  return true;
}

int group_model_unpack(struct unpacker *unpacker, struct group_model *stream) {
  const struct group_model_options *const options = stream->make.stream;
  int status = unpack_expected_u32(unpacker, options->window_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = unpack_expected_u32(unpacker, (uint32_t)options->feed, STATUS_MISMATCH);
  if (status != STATUS_OK)
    return status;
  if (!unpack_rows(unpacker, stream_rows, NULL, UNPACK_NO_NAN, stream) || !is_valid(stream) ||
      !unpack_columns(unpacker, stream) || !unpack_window(unpacker, stream))
    return STATUS_CORRUPT;
  stream->wait = stream->held >= options->min_samples ? 0 : options->min_samples - stream->held;
  return STATUS_OK;
}
