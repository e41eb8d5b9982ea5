#include "store/marks.h"

#include "anomaly/status.h"
#include "store/guest_private.h"
#include "store/statement.h"

#include <inttypes.h>

static const struct {
  const char *add, *remove;
} statements[] = {
    [MARK_LABELS] = {"INSERT INTO labels (metric, start, \"end\", note, author, created, label)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                     "DELETE FROM labels WHERE id = ?1"},
    [MARK_SILENCES] = {"INSERT INTO silences (host, start, \"end\", note, author, created)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                       "DELETE FROM silences WHERE id = ?1"},
};

static void bind_mark(sqlite3_stmt *add, enum mark_table table, const struct mark *mark) {
  sqlite3_bind_text(add, 1, mark->subject, -1, SQLITE_STATIC);
  statement_bind_real(add, 2, mark->start);
  statement_bind_real(add, 3, mark->end);
  sqlite3_bind_text(add, 4, mark->note, -1, SQLITE_STATIC);
  sqlite3_bind_text(add, 5, mark->author, -1, SQLITE_STATIC);
  statement_bind_real(add, 6, mark->created);
  if (table == MARK_LABELS)
    sqlite3_bind_text(add, 7, mark->label, -1, SQLITE_STATIC);
}

int marks_add(struct guest *guest, enum mark_table table, const struct mark *mark, int64_t *ret_id,
              struct text *why) {
  sqlite3_stmt *add;
  if (statement_once(guest->handle, statements[table].add, &add) != SQLITE_OK)
    return guest_fail(guest, why);
  bind_mark(add, table, mark);
  if (statement_finish(add) != SQLITE_OK)
    return guest_fail(guest, why);
  *ret_id = sqlite3_last_insert_rowid(guest->handle);
  return STATUS_OK;
}

int marks_remove(struct guest *guest, enum mark_table table, int64_t id, struct text *why) {
  if (statement_run_with_id(guest->handle, statements[table].remove, id) != SQLITE_OK)
    return guest_fail(guest, why);
  if (sqlite3_changes(guest->handle) > 0)
    return STATUS_OK;
  text_addf(why, "there is none of the id %" PRIi64, id);
  return STATUS_NOT_FOUND;
}
