#include "internal.h"

/// n elements, side by side at both ends or not.
static inline void copy_elements(
    size_t size, int64_t n, const char *source, int64_t source_stride, char *destination,
    int64_t destination_stride) {
  if (source_stride == 1 && destination_stride == 1) {
    memcpy(destination, source, (size_t)n * size);
    return;
  }
#define HK_COPY_AS(type)                                                                  \
  for (int64_t i = 0; i < n; i++)                                                         \
    memcpy(                                                                               \
        destination + i * destination_stride * (int64_t)sizeof(type),                     \
        source + i * source_stride * (int64_t)sizeof(type), sizeof(type))
  switch (size) {
    case 1: HK_COPY_AS(uint8_t); break;
    case 2: HK_COPY_AS(uint16_t); break;
    case 4: HK_COPY_AS(uint32_t); break;
    default: HK_COPY_AS(uint64_t); break;
  }
#undef HK_COPY_AS
}

/// Rows of elements that stand side by side at both ends: short ones in few instructions.
static void copy_rows(
    size_t bytes, int64_t rows, const char *source, int64_t from, char *destination, int64_t to) {
  switch (bytes) {
#define HK_ROWS_OF(count)                                                                \
  case count:                                                                            \
    for (int64_t i = 0; i < rows; i++)                                                   \
      memcpy(destination + i * to, source + i * from, count);                            \
    break
    HK_ROWS_OF(2);
    HK_ROWS_OF(4);
    HK_ROWS_OF(8);
    HK_ROWS_OF(16);
    HK_ROWS_OF(32);
    HK_ROWS_OF(64);
#undef HK_ROWS_OF
    default:
      for (int64_t i = 0; i < rows; i++) {
        const char *row = source + i * from;
        char *target = destination + i * to;
        if (bytes > 16) {
          memcpy(target, row, bytes);
        } else if (bytes > 8) {
          // The last eight again, where they are not whole eights.
          memcpy(target, row, 8);
          memcpy(target + bytes - 8, row + bytes - 8, 8);
        } else if (bytes > 4) {
          memcpy(target, row, 4);
          memcpy(target + bytes - 4, row + bytes - 4, 4);
        } else {
          memcpy(target, row, bytes);
        }
      }
  }
}

static void copy_box(
    size_t size, const hk_tile_box *box, int axis, const char *source, char *destination) {
  if (axis == box->rank - 1) {
    copy_elements(
        size, box->shape[axis], source, box->source_strides[axis], destination,
        box->destination_strides[axis]);
    return;
  }
  int64_t from = box->source_strides[axis] * (int64_t)size;
  int64_t to = box->destination_strides[axis] * (int64_t)size;
  int last = box->rank - 1;
  if (axis == last - 1 && box->source_strides[last] == 1 && box->destination_strides[last] == 1) {
    size_t bytes = (size_t)box->shape[last] * size;
    copy_rows(bytes, box->shape[axis], source, from, destination, to);
    return;
  }
  for (int64_t i = 0; i < box->shape[axis]; i++)
    copy_box(size, box, axis + 1, source + i * from, destination + i * to);
}

void hk_tile_copy_all(
    size_t element_size, int64_t n, const hk_tile_copy *copies, const hk_tile_box *boxes,
    const void *source, int64_t source_tile_stride, void *destination,
    int64_t destination_tile_stride) {
  for (int64_t i = 0; i < n; i++) {
    const hk_tile_copy *copy = &copies[i];
    const char *from =
        (const char *)source + copy->source * source_tile_stride + copy->source_offset;
    char *to = (char *)destination + copy->destination * destination_tile_stride
               + copy->destination_offset;
    copy_box(element_size, &boxes[copy->box], 0, from, to);
  }
}

/// Marks the bytes of a box as written, or says whether all of them are.
static bool mark_box(
    size_t size, const hk_tile_box *box, const int64_t *strides, int axis, char *marks, bool sets) {
  // What is read again and again is looked at once.
  int64_t n = strides[axis] == 0 ? 1 : box->shape[axis];
  int64_t step = strides[axis] * (int64_t)size;
  if (axis < box->rank - 1) {
    for (int64_t i = 0; i < n; i++)
      if (!mark_box(size, box, strides, axis + 1, marks + i * step, sets)) return false;
    return true;
  }
  size_t run = strides[axis] == 1 ? (size_t)n * size : size;
  int64_t runs = strides[axis] == 1 ? 1 : n;
  for (int64_t i = 0; i < runs; i++) {
    if (sets)
      memset(marks + i * step, 1, run);
    else if (memchr(marks + i * step, 0, run))
      return false;
  }
  return true;
}

int64_t hk_tile_first_unwritten(
    size_t element_size, int64_t n, const hk_tile_copy *copies, const hk_tile_box *boxes,
    const void *marks, int64_t tile_stride) {
  for (int64_t i = 0; i < n; i++) {
    const hk_tile_box *box = &boxes[copies[i].box];
    char *begin = (char *)marks + copies[i].source * tile_stride + copies[i].source_offset;
    if (!mark_box(element_size, box, box->source_strides, 0, begin, false)) return i;
  }
  return -1;
}

void hk_tile_mark_written(
    size_t element_size, int64_t n, const hk_tile_copy *copies, const hk_tile_box *boxes,
    void *marks, int64_t tile_stride) {
  for (int64_t i = 0; i < n; i++) {
    const hk_tile_box *box = &boxes[copies[i].box];
    char *begin =
        (char *)marks + copies[i].destination * tile_stride + copies[i].destination_offset;
    mark_box(element_size, box, box->destination_strides, 0, begin, true);
  }
}
