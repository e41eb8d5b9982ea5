#include "engine/group_model_state.h"

#include "anomaly/status.h"
#include "engine/pack.h"

#include <math.h>

static const struct state_row stream_rows[] = {
    STATE_FIELD(struct group_model, stride, STATE_U32),
    STATE_FIELD(struct group_model, passed, STATE_U32),
    STATE_FIELD(struct group_model, number, STATE_U32),
    STATE_STRUCTS(struct group_model, life, 1, struct model_life, model_life_rows),
    STATE_FIELD(struct group_model, first_time, STATE_F64),
    STATE_FIELD(struct group_model, last_time, STATE_F64),
    STATE_STRUCTS(struct group_model, history, 1, struct score_history, score_history_rows),
    STATE_STRUCTS(struct group_model, lasting, 1, struct lasting, lasting_rows),
    STATE_FIELD(struct group_model, before, STATE_F64),
    STATE_STRUCTS(struct group_model, alarm, 1, struct group_alarm, group_alarm_rows),
    STATE_ROWS_END,
};

/* ---- Writing -------------------------------------------------------------- */

static void pack_cells(struct packer *packer, const double *cells, size_t count) {
  for (size_t i = 0; i < count; i++)
    pack_f64(packer, cells[i]);
}

static void pack_window(struct packer *packer, const struct group_model *stream) {
  const uint32_t size = stream->make.stream->window_size;
  const uint32_t oldest = stream->held < size ? 0 : (stream->newest + 1) % size;
  pack_u32(packer, stream->held);
  for (uint32_t i = 0; i < stream->held; i++) {
    const size_t at = (oldest + i) % size;
    pack_f64(packer, stream->time[at]);
    pack_cells(packer, stream->window + at * stream->columns, stream->columns);
  }
}

static void pack_learned(struct packer *packer, const struct group_model *stream) {
  const uint32_t rows = group_model_learned(stream);
  pack_u32(packer, rows);
  pack_cells(packer, stream->learned, (size_t)rows * stream->columns);
}

void group_model_pack(struct packer *packer, const struct group_model *stream) {
  pack_u32(packer, stream->make.stream->window_size);
  pack_u32(packer, (uint32_t)stream->make.stream->feed);
  pack_rows(packer, stream_rows, NULL, stream);
  for (uint32_t i = 0; i < stream->columns; i++) {
    pack_u32(packer, stream->column[i].values);
    pack_f64(packer, stream->column[i].known_from);
    pack_f64(packer, stream->column[i].level);
  }
  pack_window(packer, stream);
  pack_learned(packer, stream);
}

/* ---- Hostile bytes -------------------------------------------------------- */

static bool is_valid(const struct group_model *stream) {
  return stream->stride >= 1 && stream->stride <= UINT32_MAX / 2 &&
         stream->passed < stream->stride && unpacked_time_valid(stream->first_time) &&
         unpacked_time_valid(stream->last_time) && stream->first_time <= stream->last_time &&
         score_history_valid(&stream->history) && stream->before >= 0 &&
         stream->before <= SCORE_HISTORY_MOST && group_alarm_valid(&stream->alarm) &&
         model_life_valid(&stream->life);
}

static bool unpack_columns(struct unpacker *unpacker, struct group_model *stream) {
  for (uint32_t i = 0; i < stream->columns; i++) {
    struct group_model_column *const column = &stream->column[i];
    if (!unpack_u32(unpacker, &column->values) || !unpack_f64(unpacker, &column->known_from) ||
        !unpack_f64(unpacker, &column->level) || isnan(column->known_from) ||
        !(fabs(column->level) <= MODEL_CELL_MAX))
      return false;
  }
  return true;
}

static bool unpack_cells(struct unpacker *unpacker, double *cells, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!unpack_f64(unpacker, &cells[i]))
      return false;
  return true;
}

static bool unpack_window(struct unpacker *unpacker, struct group_model *stream) {
  if (!unpack_u32(unpacker, &stream->held) || stream->held > stream->make.stream->window_size)
    return false;
  stream->newest = stream->held > 0 ? stream->held - 1 : 0;
  for (size_t i = 0; i < stream->held; i++)
    if (!unpack_f64(unpacker, &stream->time[i]) || !unpacked_time_valid(stream->time[i]) ||
        !unpack_cells(unpacker, stream->window + i * stream->columns, stream->columns))
      return false;
  return true;
}

static bool unpack_learned(struct unpacker *unpacker, struct group_model *stream) {
  uint32_t rows;
  return unpack_u32(unpacker, &rows) && rows == group_model_learned(stream) &&
         unpack_cells(unpacker, stream->learned, (size_t)rows * stream->columns);
}

int group_model_unpack(struct unpacker *unpacker, struct group_model *stream) {
  const struct group_model_options *const options = stream->make.stream;
  int status = unpack_expected_u32(unpacker, options->window_size, STATUS_MISMATCH);
  if (status == STATUS_OK)
    status = unpack_expected_u32(unpacker, (uint32_t)options->feed, STATUS_MISMATCH);
  if (status != STATUS_OK)
    return status;
  if (!unpack_rows(unpacker, stream_rows, NULL, UNPACK_NO_NAN, stream) || !is_valid(stream) ||
      !unpack_columns(unpacker, stream) || !unpack_window(unpacker, stream) ||
      !unpack_learned(unpacker, stream))
    return STATUS_CORRUPT;
  const struct model_seat seat = group_model_seat(stream);
  model_life_bound(seat.life, &seat.terms, seat.reach);
  if (!stream->life.fitted)
    stream->life.wait = group_model_missing(stream);
  return STATUS_OK;
}
