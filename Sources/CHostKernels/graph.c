#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "internal.h"

// A list of ready tasks under one lock: graphs have some hundred tasks, most of them long.

struct hk_graph {
  int32_t count;
  double *priorities;
  uint8_t *callers;
  /// The edges from task t: later[first_later[t]] ..< later[first_later[t + 1]].
  int64_t *first_later;
  hk_graph_edge *later;
  /// How many tasks each waits for, and how many of these it may overlap with.
  int32_t *earlier_counts;
  int32_t *overlap_counts;
  /// The events of task t: first_event[t] ..< first_event[t + 1].
  int32_t *first_event;
  int32_t event_count;

  // A run; under the lock, and the counts also read without it.
  pthread_mutex_t lock;
  /// How many tasks each waits for before it can begin.
  int32_t *waiting_for;
  /// How many tasks that have not ended each may have to wait for.
  int32_t *overlapping;
  int32_t *ready;
  int32_t ready_count;
  _Atomic int32_t ready_for_all;
  _Atomic int32_t ready_for_caller;
  _Atomic int32_t remaining;
  _Atomic uint8_t *signalled;
  /// The lowest number of a task that failed; `count` where none did.
  _Atomic int32_t failed;
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
  free(graph->overlap_counts);
  free(graph->first_event);
  free(graph->waiting_for);
  free(graph->overlapping);
  free((void *)graph->signalled);
  free(graph->ready);
  free(graph);
}

static bool allocate(hk_graph *graph, size_t tasks, size_t edges, size_t events) {
  graph->priorities = calloc(tasks, sizeof *graph->priorities);
  graph->callers = calloc(tasks, sizeof *graph->callers);
  graph->first_later = calloc(tasks, sizeof *graph->first_later);
  graph->later = calloc(edges, sizeof *graph->later);
  graph->earlier_counts = calloc(tasks, sizeof *graph->earlier_counts);
  graph->overlap_counts = calloc(tasks, sizeof *graph->overlap_counts);
  graph->first_event = calloc(tasks, sizeof *graph->first_event);
  graph->waiting_for = calloc(tasks, sizeof *graph->waiting_for);
  graph->overlapping = calloc(tasks, sizeof *graph->overlapping);
  graph->ready = calloc(tasks, sizeof *graph->ready);
  graph->signalled = calloc(events, sizeof *graph->signalled);
  return graph->priorities && graph->callers && graph->first_later && graph->later &&
         graph->earlier_counts && graph->overlap_counts && graph->first_event &&
         graph->waiting_for && graph->overlapping && graph->ready && graph->signalled;
}

hk_graph *hk_graph_create(
    int32_t count, const double *priorities, const uint8_t *callers, int64_t edge_count,
    const hk_graph_edge *edges, int32_t event_count, const int32_t *event_tasks) {
  hk_graph *graph = calloc(1, sizeof *graph);
  if (!graph) return NULL;
  pthread_mutex_init(&graph->lock, NULL);
  graph->count = count;
  graph->event_count = event_count;
  bool valid = allocate(
      graph, (size_t)count + 1, (size_t)edge_count + 1, (size_t)event_count + 1);
  for (int64_t i = 0; valid && i < edge_count; i++)
    valid = edges[i].earlier >= 0 && edges[i].earlier < edges[i].task && edges[i].task < count;
  for (int32_t event = 0; valid && event < event_count; event++)
    valid = event_tasks[event] >= (event ? event_tasks[event - 1] : 0) && event_tasks[event] < count;
  if (!valid) {
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
    graph->overlap_counts[edges[i].task] += edges[i].overlaps;
  }
  for (int32_t event = 0; event < event_count; event++)
    graph->first_event[event_tasks[event] + 1]++;
  for (int32_t task = 0; task < count; task++) {
    graph->first_later[task + 1] += graph->first_later[task];
    graph->first_event[task + 1] += graph->first_event[task];
  }
  // Filled from the front; `waiting_for` counts what each task has so far.
  for (int64_t i = 0; i < edge_count; i++) {
    int32_t earlier = edges[i].earlier;
    graph->later[graph->first_later[earlier] + graph->waiting_for[earlier]++] = edges[i];
  }
  return graph;
}

static void make_ready(hk_graph *graph, int32_t task) {
  graph->ready[graph->ready_count++] = task;
  atomic_fetch_add(graph->callers[task] ? &graph->ready_for_caller : &graph->ready_for_all, 1);
}

/// Whether one ready task comes before another. The caller's own come before all others, since no other
/// thread can run what waits for them; last come those that may have to wait once they have begun.
static bool comes_before(const hk_graph *graph, int32_t task, int32_t other) {
  if (graph->callers[task] != graph->callers[other]) return graph->callers[task];
  bool may_wait = graph->overlapping[task] > 0, other_may_wait = graph->overlapping[other] > 0;
  if (may_wait != other_may_wait) return other_may_wait;
  if (graph->priorities[task] != graph->priorities[other])
    return graph->priorities[task] > graph->priorities[other];
  return task < other;
}

/// Takes the first ready task for this thread, which has begun then; -1 where there is none.
static int32_t take_ready(hk_graph *graph, bool is_caller) {
  int32_t best = -1;
  for (int32_t place = 0; place < graph->ready_count; place++) {
    int32_t task = graph->ready[place];
    if (graph->callers[task] && !is_caller) continue;
    if (best < 0 || comes_before(graph, task, graph->ready[best])) best = place;
  }
  if (best < 0) return -1;
  int32_t task = graph->ready[best];
  graph->ready[best] = graph->ready[--graph->ready_count];
  atomic_fetch_sub(graph->callers[task] ? &graph->ready_for_caller : &graph->ready_for_all, 1);
  for (int64_t i = graph->first_later[task]; i < graph->first_later[task + 1]; i++) {
    int32_t later = graph->later[i].task;
    if (graph->later[i].overlaps && --graph->waiting_for[later] == 0) make_ready(graph, later);
  }
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
      *is_to_run = task < atomic_load(&graph->failed);
      pthread_mutex_unlock(&graph->lock);
      if (task >= 0) return task;
    }
    hk_wait(spins);
  }
}

static void end_task(hk_graph *graph, int32_t task, bool has_failed) {
  pthread_mutex_lock(&graph->lock);
  // Before the events: what waits for them must see it.
  if (has_failed && task < atomic_load(&graph->failed)) atomic_store(&graph->failed, task);
  for (int64_t i = graph->first_later[task]; i < graph->first_later[task + 1]; i++) {
    int32_t later = graph->later[i].task;
    if (graph->later[i].overlaps)
      graph->overlapping[later]--;
    else if (--graph->waiting_for[later] == 0)
      make_ready(graph, later);
  }
  atomic_fetch_sub(&graph->remaining, 1);
  pthread_mutex_unlock(&graph->lock);
  for (int32_t event = graph->first_event[task]; event < graph->first_event[task + 1]; event++)
    hk_graph_signal(graph, event);
}

void hk_graph_signal(hk_graph *graph, int32_t event) {
  atomic_store_explicit(&graph->signalled[event], 1, memory_order_release);
}

bool hk_graph_wait(hk_graph *graph, int32_t event, int32_t task) {
  for (int spins = 0; !atomic_load_explicit(&graph->signalled[event], memory_order_acquire); spins++)
    hk_wait(spins);
  return task < atomic_load(&graph->failed);
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
  atomic_store(&graph->failed, graph->count);
  atomic_store(&graph->ready_for_all, 0);
  atomic_store(&graph->ready_for_caller, 0);
  atomic_store(&graph->remaining, graph->count);
  for (int32_t event = 0; event < graph->event_count; event++)
    atomic_store_explicit(&graph->signalled[event], 0, memory_order_relaxed);
  for (int32_t each = 0; each < graph->count; each++) {
    graph->overlapping[each] = graph->overlap_counts[each];
    graph->waiting_for[each] = graph->earlier_counts[each];
    if (graph->waiting_for[each] == 0) make_ready(graph, each);
  }
  graph_run run = {graph, task, context};
  // One chunk a thread: no thread ends its own before all tasks are done, so that the caller gets one.
  hk_pool_run(pool, hk_pool_threads(pool), run_tasks, &run);
  int32_t failed = atomic_load(&graph->failed);
  return failed < graph->count ? failed : -1;
}
