#include <zip.h>
// The checksum of archives. libzip is built on zlib, and its development package brings it.
#include <zlib.h>
