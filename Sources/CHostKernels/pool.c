#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "internal.h"

/// Pauses that an idle worker spins before it sleeps: some 0.3-0.8 ms, longer than the serial
/// work between two kernels of a training step. Waking from a futex costs tens of microseconds;
/// with a tenth of this spin, pools fell asleep between calls and lost what they had gained.
enum { spin_limit = 20000 };

/// Pauses that a thread waits for others before it yields the core, some 5-10 us: on a busy machine
/// they may be waiting for this very core.
enum { yield_limit = 256 };

struct hk_pool {
  int threads;
  hk_instruction_set_kind instruction_set;
  void *scratch;
  size_t scratch_bytes;
  pthread_t *workers;
  int started;

  // The job; written only while it is closed and no worker has joined.
  hk_task *task;
  const void *context;
  int64_t chunks;

  // On cache lines of their own: all threads write them.
  _Alignas(64) _Atomic int64_t next;
  _Alignas(64) _Atomic int joined;
  _Atomic int open;
  _Alignas(64) _Atomic uint32_t generation;
  _Atomic int sleepers;
  _Atomic int stopping;
#ifndef __linux__
  pthread_mutex_t mutex;
  pthread_cond_t condition;
#endif
};

typedef struct {
  hk_pool *pool;
  int number;
} worker_start;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void hk_wait(int spins) {
  pause_briefly();
#ifdef __linux__
  if (spins >= yield_limit) sched_yield();
#endif
}

static void sleep_while(hk_pool *pool, uint32_t seen) {
  atomic_fetch_add(&pool->sleepers, 1);
#ifdef __linux__
  if (atomic_load(&pool->generation) == seen)
    syscall(SYS_futex, &pool->generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
#else
  pthread_mutex_lock(&pool->mutex);
  while (atomic_load(&pool->generation) == seen)
    pthread_cond_wait(&pool->condition, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
#endif
  atomic_fetch_sub(&pool->sleepers, 1);
}

/// Announces a job (or the end) to workers that spin and to those that sleep.
static void announce(hk_pool *pool) {
  atomic_fetch_add(&pool->generation, 1);
  if (atomic_load(&pool->sleepers) == 0) return;
#ifdef __linux__
  syscall(SYS_futex, &pool->generation, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
#else
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->condition);
  pthread_mutex_unlock(&pool->mutex);
#endif
}

static void drain(hk_pool *pool, int worker) {
  for (;;) {
    int64_t chunk = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (chunk >= pool->chunks) return;
    pool->task(pool->context, chunk, worker);
  }
}

static void *work(void *argument) {
  worker_start start = *(worker_start *)argument;
  free(argument);
  hk_pool *pool = start.pool;
  uint32_t seen = 0;
  for (;;) {
    for (int spins = 0; atomic_load(&pool->generation) == seen; spins++) {
      if (spins >= spin_limit) sleep_while(pool, seen);
      pause_briefly();
    }
    seen = atomic_load(&pool->generation);
    if (atomic_load(&pool->stopping)) return NULL;
    // Join first, look second: the caller closes first and counts second, so either this worker
    // sees the job closed or the caller waits for it. Both orders are sequentially consistent.
    atomic_fetch_add(&pool->joined, 1);
    if (atomic_load(&pool->open)) drain(pool, start.number);
    atomic_fetch_sub(&pool->joined, 1);
  }
}

void hk_pool_run(hk_pool *pool, int64_t chunks, hk_task *task, const void *context) {
  if (chunks <= 1 || pool->threads == 1) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) task(context, chunk, 0);
    return;
  }
  pool->task = task;
  pool->context = context;
  pool->chunks = chunks;
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  atomic_store(&pool->open, 1);
  announce(pool);
  drain(pool, 0);
  atomic_store(&pool->open, 0);
  for (int spins = 0; atomic_load(&pool->joined) != 0; spins++) hk_wait(spins);
}

hk_pool *hk_pool_create_with(int threads, hk_instruction_set_kind set) {
  if (!hk_instruction_set_available(set)) return NULL;
  hk_pool *pool = NULL;
  if (posix_memalign((void **)&pool, 64, sizeof *pool) != 0) return NULL;
  memset(pool, 0, sizeof *pool);
  pool->threads = threads < 1 ? 1 : threads;
  pool->instruction_set = set;
#ifndef __linux__
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->condition, NULL);
#endif
  pool->workers = calloc((size_t)pool->threads, sizeof *pool->workers);
  bool complete = pool->workers != NULL;
  while (complete && pool->started < pool->threads - 1) {
    worker_start *start = malloc(sizeof *start);
    if (start) *start = (worker_start){pool, pool->started + 1};
    complete = start && pthread_create(&pool->workers[pool->started], NULL, work, start) == 0;
    if (complete) pool->started++;
    else free(start);
  }
  if (complete) return pool;
  hk_pool_destroy(pool);
  return NULL;
}

hk_pool *hk_pool_create(int threads) {
  return hk_pool_create_with(threads, hk_default_instruction_set());
}

void hk_pool_destroy(hk_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stopping, 1);
  announce(pool);
  for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i], NULL);
#ifndef __linux__
  pthread_cond_destroy(&pool->condition);
  pthread_mutex_destroy(&pool->mutex);
#endif
  free(pool->workers);
  free(pool->scratch);
  free(pool);
}

int hk_pool_threads(const hk_pool *pool) { return pool->threads; }

hk_instruction_set_kind hk_pool_instruction_set(const hk_pool *pool) {
  return pool->instruction_set;
}

void *hk_pool_scratch(hk_pool *pool, size_t bytes) {
  if (bytes <= pool->scratch_bytes) return pool->scratch;
  // Room to spare, so that slowly growing wants do not allocate each time.
  size_t wanted = (bytes + bytes / 4 + 4095) & ~(size_t)4095;
  free(pool->scratch);
  pool->scratch = NULL;
  if (posix_memalign(&pool->scratch, 64, wanted) != 0) {
    fprintf(stderr, "tessera: no memory for %zu bytes of kernel scratch\n", wanted);
    abort();
  }
  pool->scratch_bytes = wanted;
  return pool->scratch;
}
