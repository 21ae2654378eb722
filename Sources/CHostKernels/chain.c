#include "internal.h"

/// Bytes of a worker's registers: they stay in the L1 cache beside the operands' and results' blocks.
enum { register_bytes = 24 * 1024 };

/// Elements of a block below which going from step to step costs more than a cache that is too small.
enum { smallest_block = 256 };

/// A running chain; the same for all workers.
typedef struct {
  int64_t count;
  int once, step_count, result_count, register_count, operand_count;
  const hk_chain_step *steps;
  const hk_chain_result *results;
  void *const *addresses;
  /// For each step that loads: how the operand lies over the chain's shape.
  const hk_walk *walks;
  /// For each step whether it writes into its result instead of a register's own memory.
  const bool *is_direct;
  /// Elements of a block and of a chunk.
  int64_t block, chunk;
  /// What each worker has for itself, one behind the other; see `chain_area`.
  char *areas;
  size_t area_bytes;
} chain_job;

/// What a worker has for itself: where each register's elements are now, whether the steps that run
/// once have run, and the registers' own memory.
typedef struct {
  void **registers;
  int64_t *has_begun;
  char *memory;
} chain_area;

static size_t aligned(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

static size_t area_head_bytes(int registers) {
  return aligned((size_t)registers * sizeof(void *) + sizeof(int64_t));
}

static chain_area area_of(const chain_job *job, int worker) {
  char *start = job->areas + (size_t)worker * job->area_bytes;
  void **registers = (void **)start;
  return (chain_area){
      registers, (int64_t *)(registers + job->register_count),
      start + area_head_bytes(job->register_count)};
}

/// Asks for a block of memory that is worked on next. The processor by itself does so while a tensor is
/// read, and stops while the steps work on the block: a long chain on large tensors took up to twice as
/// long.
static void prefetch_block(const void *x, int64_t begin, int64_t n, size_t size, bool writes) {
  // As a number: behind the last block it is no pointer into anything.
  uintptr_t start = (uintptr_t)x + (size_t)begin * size;
  for (size_t offset = 0; offset < (size_t)n * size; offset += 64) {
    if (writes) __builtin_prefetch((const void *)(start + offset), 1, 2);
    else __builtin_prefetch((const void *)(start + offset), 0, 2);
  }
}

#define HK_BODY "chain_body.h"
#include "instantiate.h"
#undef HK_BODY

/// Whether a step may write its result at once: no operand that lies there is read after it.
static bool writes_at_once(const chain_job *job, int number) {
  const hk_chain_step *step = &job->steps[number];
  if (step->result < 0) return false;
  const void *address = job->addresses[job->operand_count + step->result];
  for (int s = 0; s < job->step_count; s++) {
    const hk_chain_step *load = &job->steps[s];
    if (load->kind == hk_chain_load && load->last > number && job->addresses[load->op] == address)
      return false;
  }
  return true;
}

void hk_chain(
    hk_pool *pool, int rank, const int64_t *shape, int operand_count, const int64_t *strides,
    int register_count, int step_count, const hk_chain_step *steps, int once, int result_count,
    const hk_chain_result *results, void *const *addresses) {
  chain_job job = {
      .count = 1, .once = once, .step_count = step_count, .result_count = result_count,
      .register_count = register_count, .operand_count = operand_count, .steps = steps,
      .results = results, .addresses = addresses};
  for (int d = 0; d < rank; d++) job.count *= shape[d];
  if (job.count == 0) return;

  // Of what is loaded once mostly one number is read.
  int64_t changing = hk_maximum_of(1, register_count - once);
  int64_t fitting = register_bytes / (int64_t)sizeof(float) / changing;
  int64_t block = hk_maximum_of(smallest_block, hk_minimum_of(HK_BLOCK, fitting) & ~63);
  job.block = hk_minimum_of(block, (job.count + 15) & ~15);
  // The work of an elementwise kernel's chunk.
  job.chunk = hk_maximum_of(1, HK_CHUNK / (job.block * step_count)) * job.block;

  int threads = hk_pool_threads(pool);
  size_t walk_bytes = aligned((size_t)step_count * sizeof(hk_walk));
  size_t flag_bytes = aligned((size_t)step_count * sizeof(bool));
  job.area_bytes = area_head_bytes(register_count) +
                   aligned((size_t)(register_count * job.block) * sizeof(float));
  char *scratch =
      hk_pool_scratch(pool, walk_bytes + flag_bytes + (size_t)threads * job.area_bytes);
  hk_walk *walks = (hk_walk *)scratch;
  bool *is_direct = (bool *)(scratch + walk_bytes);
  job.walks = walks;
  job.is_direct = is_direct;
  job.areas = scratch + walk_bytes + flag_bytes;
  for (int s = 0; s < step_count; s++) {
    is_direct[s] = writes_at_once(&job, s);
    if (steps[s].kind != hk_chain_load) continue;
    const int64_t *own = strides + steps[s].op * rank;
    hk_walk_make(&walks[s], rank, shape, 1, &own);
  }
  for (int worker = 0; worker < threads; worker++) *area_of(&job, worker).has_begun = 0;
  hk_pool_run(pool, hk_chunks_of(job.count, job.chunk), HK_PICK(pool, chain_task), &job);
}
