/* Vectors of the width that the processor adds at once, and the passes over spikes that need no type of sum. */
#ifndef LITESNN_VECTORS_H
#define LITESNN_VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "network.h"

/* Zen 4 loads and adds 64 bytes in two passes: with 32 at once it does as much, and a row of 48 sums fills them. Compilers of before
   call it a Zen 3, which has no AVX-512. */
#if defined(__AVX512BW__) && !defined(__znver3__) && !defined(__znver4__)
#define VECTOR_BYTES 64
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
#define MOST_HELD 8     /* vectors of sums of ALL in registers */
#define MOST_VECTORS 12 /* of segments of a part, in registers too */
#define MOST_SEGMENTS 3 /* of a part */
#define QUAD 4          /* rows of weights that windows add at once */
#define GROUP 8         /* neurons that are computed at once */
#define BEHIND 64       /* numbers behind a list that may be written */

typedef int32_t Group __attribute__((vector_size(4 * GROUP), aligned(4), may_alias));
typedef uint16_t Rows __attribute__((vector_size(2 * GROUP), aligned(2), may_alias));
typedef int8_t Bytes __attribute__((vector_size(GROUP), aligned(1), may_alias));

/* Eight numbers as int32. Compilers widen eight bytes one by one where they are not told. */
static inline Group widened_8(const int8_t *from) {
#if defined(__AVX2__)
    return (Group)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)from));
#else
    Group wide;
    for (int i = 0; i < GROUP; i++) wide[i] = from[i];
    return wide;
#endif
}

static inline Group widened_16(const int16_t *from) {
    typedef int16_t Eight __attribute__((vector_size(2 * GROUP), aligned(2), may_alias));
    return __builtin_convertvector(*(const Eight *)from, Group);
}

static inline Group widened_32(const int32_t *from) { return *(const Group *)from; }

#if defined(__AVX512F__)
/* Sixteen numbers as int32. */
static inline __m512i sixteen_8(const int8_t *from) { return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)from)); }
static inline __m512i sixteen_16(const int16_t *from) { return _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)from)); }
static inline __m512i sixteen_32(const int32_t *from) { return _mm512_loadu_si512(from); }
#endif

/* What windows of one part add from one line of sources: `width` of them, `starts` apart in the list by `step`. */
typedef struct {
    const Segment *segments;
    const char *weights; /* of the first segment */
    const uint32_t *starts;
    char *sums; /* of the first source's place */
    uint64_t row_bytes;
    int64_t place_bytes;
    int32_t count, step, width;
} Line;

/* The places of the set bits of a byte, lowest first; so that listing spikes branches on none of them. */
static int8_t places_of_bits[256][GROUP];

static int8_t masks_of_bits[256][GROUP]; /* bit i as number i, 0 or -1 */

static uint8_t sixty_four[64]; /* 0, 1, .. */

static __attribute__((constructor)) void tabulate_bytes(void) {
    for (int byte = 0; byte < 256; byte++) {
        for (int bit = 0, found = 0; bit < 8; bit++) {
            if (byte >> bit & 1) places_of_bits[byte][found++] = (int8_t)bit;
            masks_of_bits[byte][bit] = (int8_t)-(byte >> bit & 1);
        }
    }
    for (int i = 0; i < 64; i++) sixty_four[i] = (uint8_t)i;
}

static inline int spikes_in(uint64_t bits) { return __builtin_popcountll(bits); }

/* Eight bits of a place from bit `at` on, 0 where there is none: more than -8, and below the end. */
static inline uint8_t byte_at(const uint64_t *bits, int32_t words, int32_t at) {
    if (at < 0) return (uint8_t)(bits[0] << -at);
    uint64_t byte = bits[at / 64] >> at % 64;
    if (at % 64 > 56 && at / 64 + 1 < words) byte |= bits[at / 64 + 1] << (64 - at % 64);
    return (uint8_t)byte;
}

/* Places of a line that DEPTHWISE windows reach, with those beside the source, which send nothing. */
static inline int32_t pooled_width(const Synapses *s, const Population *p, const Sent *from) {
    int32_t reached = (p->width - 1) * s->stride_w + s->kernel_w, there = s->pad_w + from->width;
    return reached > there ? reached : there;
}

/* Which of 8 lanes of a comparison are true, lane i in bit i. */
static inline uint8_t mask_of(Group compared) {
#if defined(__AVX__)
    typedef float Floats __attribute__((vector_size(32)));
    return (uint8_t)__builtin_ia32_movmskps256((Floats)compared);
#else
    uint8_t mask = 0;
    for (int i = 0; i < GROUP; i++) mask |= (uint8_t)((compared[i] & 1) << i);
    return mask;
#endif
}

#endif
