#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "internal.h"

// A list of ready tasks under one lock: graphs have some hundred tasks, most of them long.

struct hk_graph {
  int32_t count;
  double *priorities;
  uint8_t *callers;
  /// The tasks that wait for task t: later[first_later[t]] ..< later[first_later[t + 1]].
  int64_t *first_later;
  int32_t *later;
  /// How many tasks each waits for.
  int32_t *earlier_counts;

  // A run; under the lock, and the counts also read without it.
  pthread_mutex_t lock;
  int32_t *waiting_for;
  int32_t *ready;
  int32_t ready_count;
  _Atomic int32_t ready_for_all;
  _Atomic int32_t ready_for_caller;
  _Atomic int32_t remaining;
  /// The lowest number of a task that failed; `count` where none did.
  int32_t failed;
};

typedef struct {
  hk_graph *graph;
  hk_graph_task *task;
  const void *context;
} graph_run;

void hk_graph_destroy(hk_graph *graph) {
  if (!graph) return;
  pthread_mutex_destroy(&graph->lock);
  free(graph->priorities);
  free(graph->callers);
  free(graph->first_later);
  free(graph->later);
  free(graph->earlier_counts);
  free(graph->waiting_for);
  free(graph->ready);
  free(graph);
}

hk_graph *hk_graph_create(
    int32_t count, const double *priorities, const uint8_t *callers, int64_t edge_count,
    const hk_graph_edge *edges) {
  hk_graph *graph = calloc(1, sizeof *graph);
  if (!graph) return NULL;
  pthread_mutex_init(&graph->lock, NULL);
  graph->count = count;
  size_t tasks = (size_t)count + 1, places = (size_t)edge_count + 1;
  graph->priorities = calloc(tasks, sizeof *graph->priorities);
  graph->callers = calloc(tasks, sizeof *graph->callers);
  graph->first_later = calloc(tasks, sizeof *graph->first_later);
  graph->later = calloc(places, sizeof *graph->later);
  graph->earlier_counts = calloc(tasks, sizeof *graph->earlier_counts);
  graph->waiting_for = calloc(tasks, sizeof *graph->waiting_for);
  graph->ready = calloc(tasks, sizeof *graph->ready);
  bool complete = graph->priorities && graph->callers && graph->first_later && graph->later &&
                  graph->earlier_counts && graph->waiting_for && graph->ready;
  for (int64_t i = 0; complete && i < edge_count; i++)
    complete = edges[i].earlier >= 0 && edges[i].earlier < edges[i].task && edges[i].task < count;
  if (!complete) {
    hk_graph_destroy(graph);
    return NULL;
  }
  for (int32_t task = 0; task < count; task++) {
    graph->priorities[task] = priorities[task];
    graph->callers[task] = callers[task];
  }
  for (int64_t i = 0; i < edge_count; i++) {
    graph->first_later[edges[i].earlier + 1]++;
    graph->earlier_counts[edges[i].task]++;
  }
  for (int32_t task = 0; task < count; task++)
    graph->first_later[task + 1] += graph->first_later[task];
  // Filled from the front; `waiting_for` counts what each task has so far.
  for (int64_t i = 0; i < edge_count; i++) {
    int32_t earlier = edges[i].earlier;
    graph->later[graph->first_later[earlier] + graph->waiting_for[earlier]++] = edges[i].task;
  }
  return graph;
}

static void make_ready(hk_graph *graph, int32_t task) {
  graph->ready[graph->ready_count++] = task;
  atomic_fetch_add(graph->callers[task] ? &graph->ready_for_caller : &graph->ready_for_all, 1);
}

/// The ready task that comes first; -1 where there is none for this thread. The caller's own come
/// before all others, since no other thread can run what waits for them.
static int32_t take_ready(hk_graph *graph, bool is_caller) {
  int32_t best = -1;
  for (int32_t place = 0; place < graph->ready_count; place++) {
    int32_t task = graph->ready[place];
    if (graph->callers[task] && !is_caller) continue;
    if (best >= 0) {
      int32_t other = graph->ready[best];
      if (graph->callers[task] != graph->callers[other]) {
        if (!graph->callers[task]) continue;
      } else if (
          graph->priorities[task] < graph->priorities[other] ||
          (graph->priorities[task] == graph->priorities[other] && task > other)) {
        continue;
      }
    }
    best = place;
  }
  if (best < 0) return -1;
  int32_t task = graph->ready[best];
  graph->ready[best] = graph->ready[--graph->ready_count];
  atomic_fetch_sub(graph->callers[task] ? &graph->ready_for_caller : &graph->ready_for_all, 1);
  return task;
}

/// The next task for this thread, or -1 when all are done.
static int32_t next_task(hk_graph *graph, bool is_caller, bool *is_to_run) {
  for (int spins = 0;; spins++) {
    if (atomic_load(&graph->remaining) == 0) return -1;
    if (atomic_load(&graph->ready_for_all) > 0 ||
        (is_caller && atomic_load(&graph->ready_for_caller) > 0)) {
      pthread_mutex_lock(&graph->lock);
      int32_t task = take_ready(graph, is_caller);
      *is_to_run = task < graph->failed;
      pthread_mutex_unlock(&graph->lock);
      if (task >= 0) return task;
    }
    hk_wait(spins);
  }
}

static void end_task(hk_graph *graph, int32_t task, bool has_failed) {
  pthread_mutex_lock(&graph->lock);
  if (has_failed && task < graph->failed) graph->failed = task;
  for (int64_t i = graph->first_later[task]; i < graph->first_later[task + 1]; i++) {
    int32_t later = graph->later[i];
    if (--graph->waiting_for[later] == 0) make_ready(graph, later);
  }
  atomic_fetch_sub(&graph->remaining, 1);
  pthread_mutex_unlock(&graph->lock);
}

static void run_tasks(const void *context, int64_t chunk, int worker) {
  (void)chunk;
  const graph_run *run = context;
  bool is_to_run = false;
  for (;;) {
    int32_t task = next_task(run->graph, worker == 0, &is_to_run);
    if (task < 0) return;
    // After a failure, tasks of higher numbers end without having run.
    end_task(run->graph, task, is_to_run && !run->task(run->context, task, worker));
  }
}

int32_t hk_graph_run(hk_pool *pool, hk_graph *graph, hk_graph_task *task, const void *context) {
  graph->ready_count = 0;
  graph->failed = graph->count;
  atomic_store(&graph->ready_for_all, 0);
  atomic_store(&graph->ready_for_caller, 0);
  atomic_store(&graph->remaining, graph->count);
  for (int32_t each = 0; each < graph->count; each++) {
    graph->waiting_for[each] = graph->earlier_counts[each];
    if (graph->waiting_for[each] == 0) make_ready(graph, each);
  }
  graph_run run = {graph, task, context};
  // One chunk a thread: no thread ends its own before all tasks are done, so that the caller gets one.
  hk_pool_run(pool, hk_pool_threads(pool), run_tasks, &run);
  return graph->failed < graph->count ? graph->failed : -1;
}
