#pragma once
#include <zlib.h>

/* Macros that Swift does not import. Window bits: 15 is zlib, 15 + 16 gzip, -15 raw deflate. */
static inline int vigil_inflateInit2(z_stream *stream, int windowBits) {
    return inflateInit2(stream, windowBits);
}
static inline int vigil_deflateInit2(z_stream *stream, int level, int windowBits) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
}
