#include <hdf5.h>

// HDF5 names its types, classes and defaults by macros that call H5open; Swift sees functions.
static inline hid_t h5_type_f16le(void) {
  // IEEE 754 binary16, which HDF5 1.10 has no name for: sign 15, exponent 10 to 14, bias 15.
  hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  if (type < 0 || H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0 ||
      H5Tset_ebias(type, 15) < 0) {
    return -1;
  }
  return type;
}
static inline hid_t h5_type_f32le(void) { return H5T_IEEE_F32LE; }
static inline hid_t h5_type_f64le(void) { return H5T_IEEE_F64LE; }
static inline hid_t h5_type_i32le(void) { return H5T_STD_I32LE; }
static inline hid_t h5_type_i64le(void) { return H5T_STD_I64LE; }
static inline hid_t h5_type_string(void) { return H5T_C_S1; }
static inline hid_t h5_default(void) { return H5P_DEFAULT; }
static inline unsigned h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned h5_read_write(void) { return H5F_ACC_RDWR; }
static inline hid_t h5_link_creation(void) { return H5P_LINK_CREATE; }
static inline hid_t h5_all(void) { return H5S_ALL; }
static inline void h5_prepare(void) {
  // Errors are told by the caller, and no library of filters is loaded because a file names it.
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state(0);
}

// The name of a hard link below the place that is visited. Return 0 to go on.
typedef herr_t (*h5_visitor)(const char *name, void *context);
struct h5_visit {
  h5_visitor visitor;
  void *context;
};
static inline herr_t h5_visit_link(hid_t group, const char *name, const H5L_info_t *info,
                                   void *data) {
  (void)group;
  struct h5_visit *visit = (struct h5_visit *)data;
  return info->type == H5L_TYPE_HARD ? visit->visitor(name, visit->context) : 0;
}
// Visits what lies below `place`; soft and external links, which lead elsewhere, are not followed.
static inline herr_t h5_visit_all(hid_t place, h5_visitor visitor, void *context) {
  struct h5_visit visit = {visitor, context};
  return H5Lvisit(place, H5_INDEX_NAME, H5_ITER_INC, h5_visit_link, &visit);
}
