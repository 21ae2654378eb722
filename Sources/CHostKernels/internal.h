// What the kernel files share: the pool's inner side, sizes of chunks and blocks, strided walks.
#ifndef HOST_KERNELS_INTERNAL_H
#define HOST_KERNELS_INTERNAL_H

#include <string.h>

#include "host_kernels.h"
#include "host_scalars.h"

#pragma STDC FP_CONTRACT OFF

/// Elements of one task of an elementwise kernel. Some 2-8 us of work, against 0.3-0.5 us for
/// handing it to a spinning worker; less than two chunks therefore run on the caller.
enum { HK_CHUNK = 8192 };

/// Elements that are converted and computed at a time, in buffers that stay in the L1 cache.
enum { HK_BLOCK = 512 };

/// Sixteen f32 lanes on every instruction set: sums go over these lanes, which fixes their order.
typedef float hk_lanes16 __attribute__((ext_vector_type(16), aligned(4)));

/// Loops over elements where an output may be one of the inputs at the same index: no iteration
/// reads what another wrote.
#define HK_VECTORISE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

hk_instruction_set_kind hk_pool_instruction_set(const hk_pool *pool);

/// Waits a moment for another thread; `spins` counts up from 0 from the first moment on.
void hk_wait(int spins);

/// Scratch memory of the pool, aligned to 64 bytes, kept from call to call and grown when needed.
/// A second call by the same kernel may move it. Ends the program where memory runs out, as
/// Swift's own allocations do.
void *hk_pool_scratch(hk_pool *pool, size_t bytes);

static inline int64_t hk_minimum_of(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t hk_maximum_of(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t hk_chunks_of(int64_t n, int64_t size) { return (n + size - 1) / size; }

static inline size_t hk_size_of(hk_type type) {
  return type == hk_f16 ? 2 : type == hk_i1 ? 1 : 4;
}

/// n elements of x from `offset` on with a stride: in place, or gathered into `buffer`.
static inline const int32_t *hk_load_integers(
    const void *x, int64_t offset, int64_t stride, int64_t n, int32_t *buffer) {
  const int32_t *source = (const int32_t *)x + offset;
  if (stride == 1) return source;
  for (int64_t i = 0; i < n; i++) buffer[i] = source[i * stride];
  return buffer;
}

/// An index space with up to three strided operands. Dimensions of size 1 are dropped and
/// neighbours that advance alike in every operand are joined, so that the last dimension is the
/// longest run with one stride for each operand.
typedef struct {
  int rank;
  int operands;
  int64_t count;
  int64_t shape[HK_MAXIMUM_RANK];
  int64_t strides[3][HK_MAXIMUM_RANK];
} hk_walk;

/// A position in a walk: the row (all dimensions but the last) and the operands' offsets there.
typedef struct {
  int64_t index[HK_MAXIMUM_RANK];
  int64_t offset[3];
} hk_position;

void hk_walk_make(
    hk_walk *walk, int rank, const int64_t *shape, int operands, const int64_t *const strides[]);

/// The start of row number `row`.
void hk_walk_seek(const hk_walk *walk, int64_t row, hk_position *position);

/// From the start of one row to the start of the next.
void hk_walk_next(const hk_walk *walk, hk_position *position);

#ifdef __x86_64__
#define HK_PICK(pool, name)                                                     \
  (hk_pool_instruction_set(pool) == hk_avx512 ? name##_avx512                   \
   : hk_pool_instruction_set(pool) == hk_avx2 ? name##_avx2                     \
                                              : name##_scalar)
#else
#define HK_PICK(pool, name) ((void)(pool), name##_scalar)
#endif

#endif
