/*
 * The trainer: a thread of low priority that fits the models of metrics whose
 * turn it is, outside the engine's locks, for an engine with fit_later.
 *
 * It uses at most trainer_cpu of a processor: after each fit it rests for as long
 * as that takes. Metrics wait in a queue of bounded length; where that is full, the
 * fit is postponed to the metric's next value, and counted. A metric's values are
 * judged by the model that it has until the new one is ready.
 */
#ifndef ANOMALY_TRAINER_H
#define ANOMALY_TRAINER_H

struct engine;
struct trainer;

/*
 * Starts the one trainer of an engine, which outlives it. Errors:
 * STATUS_NO_MEMORY, STATUS_IO (no thread).
 */
int trainer_create(struct trainer **ret_trainer, struct engine *engine);

/* Stops a fit that is under way, and ends the thread. NULL is fine. */
void trainer_destroy(struct trainer *trainer);

#endif
