#include "internal.h"

void hk_walk_make(
    hk_walk *walk, int rank, const int64_t *shape, int operands, const int64_t *const strides[]) {
  walk->rank = 0;
  walk->operands = operands;
  walk->count = 1;
  for (int d = 0; d < rank; d++) {
    walk->count *= shape[d];
    if (shape[d] == 1) continue;
    int last = walk->rank - 1;
    bool joins = last >= 0;
    for (int o = 0; o < operands && joins; o++)
      joins = walk->strides[o][last] == strides[o][d] * shape[d];
    int place = joins ? last : walk->rank++;
    walk->shape[place] = joins ? walk->shape[place] * shape[d] : shape[d];
    for (int o = 0; o < operands; o++) walk->strides[o][place] = strides[o][d];
  }
  if (walk->rank > 0) return;
  walk->rank = 1;
  walk->shape[0] = 1;
  // One element: stride 1 takes the contiguous path.
  for (int o = 0; o < operands; o++) walk->strides[o][0] = 1;
}

void hk_walk_seek(const hk_walk *walk, int64_t row, hk_position *position) {
  for (int o = 0; o < walk->operands; o++) position->offset[o] = 0;
  for (int d = walk->rank - 2; d >= 0; d--) {
    position->index[d] = row % walk->shape[d];
    row /= walk->shape[d];
    for (int o = 0; o < walk->operands; o++)
      position->offset[o] += position->index[d] * walk->strides[o][d];
  }
}

void hk_walk_next(const hk_walk *walk, hk_position *position) {
  for (int d = walk->rank - 2; d >= 0; d--) {
    bool wraps = position->index[d] + 1 == walk->shape[d];
    int64_t step = wraps ? -position->index[d] : 1;
    position->index[d] += step;
    for (int o = 0; o < walk->operands; o++)
      position->offset[o] += step * walk->strides[o][d];
    if (!wraps) return;
  }
}
