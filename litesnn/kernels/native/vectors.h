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
#define MOST_VECTORS 8 /* of sums that are held in registers at once */
#define GROUP 8        /* neurons that are computed at once */
#define BEHIND 16      /* numbers behind a list that may be written */

typedef int32_t Group __attribute__((vector_size(4 * GROUP), aligned(4), may_alias));

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

/* Which taps of a window's line lie inside the source: `first` to before `last`; `start` is where tap 0 lies. */
typedef struct {
    int32_t start, first, last;
} Taps;

/* A spike, as the offset of its row of weights in bytes; `value` is what a graded source sent. */
typedef struct {
    uint32_t *rows;
    int32_t *values;
    uint32_t *starts; /* [places + 1]: where the spikes of a place begin */
    Taps *taps;       /* [width of the target] */
    void *spread;     /* [places][padded]: what is sent to each target channel of a DEPTHWISE layer, in the type of the sums */
} Events;

/* The bits or values of a read at a step; NULL where nothing is sent then. */
static inline const void *sent_at(const Sent *sent, int64_t lane, int64_t step) {
    if (step < 0 || step >= sent->lasts) return NULL;
    int64_t kept = lane * sent->steps + (sent->steps == 1 ? 0 : step);
    int64_t places = (int64_t)sent->height * sent->width;
    if (sent->values) return sent->values + kept * places * sent->channels;
    return sent->bits + kept * places * sent->words;
}

/* The places of the set bits of a byte, lowest first; so that listing spikes branches on none of them. */
static int8_t places_of_bits[256][GROUP];

static int8_t masks_of_bits[256][GROUP]; /* bit i as number i, 0 or -1 */

static __attribute__((constructor)) void tabulate_bytes(void) {
    for (int byte = 0; byte < 256; byte++) {
        for (int bit = 0, found = 0; bit < 8; bit++) {
            if (byte >> bit & 1) places_of_bits[byte][found++] = (int8_t)bit;
            masks_of_bits[byte][bit] = (int8_t)-(byte >> bit & 1);
        }
    }
}

static inline int spikes_in(uint32_t bits) { return __builtin_popcount(bits); }

/* Append the rows of the spikes in some bytes of a word, whose channel 0 has row `start`; up to BEHIND numbers after the last are written too. */
static inline uint32_t *list_word(uint64_t word, int bytes, uint32_t start, uint32_t row_bytes, uint32_t *out) {
#if defined(__AVX512F__)
    __m512i rows = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    rows = _mm512_add_epi32(_mm512_mullo_epi32(rows, _mm512_set1_epi32((int32_t)row_bytes)), _mm512_set1_epi32((int32_t)start));
    for (int i = 0; i < bytes; i += 2, word >>= 16) {
        _mm512_storeu_si512(out, _mm512_maskz_compress_epi32((__mmask16)word, rows));
        out += spikes_in((uint16_t)word);
        rows = _mm512_add_epi32(rows, _mm512_set1_epi32((int32_t)(16 * row_bytes)));
    }
    return out;
#else
    for (int i = 0; i < bytes; i++, word >>= 8, start += 8 * row_bytes) {
        uint8_t byte = (uint8_t)word;
        Group rows = widened_8(places_of_bits[byte]) * (int32_t)row_bytes + (int32_t)start;
        *(Group *)out = rows;
        out += spikes_in(byte);
    }
    return out;
#endif
}

/* List what arrives at a step in the order of places. The row of channel c at place x of a line is x * channels + c; where `whole`, a
   line is the whole map. */
static void list_events(const Synapses *s, const Sent *sents, int64_t lane, int64_t step, uint32_t row_bytes, int whole,
                        Events *events) {
    const Sent *first = sents + s->reads[0].sent;
    int32_t places = first->height * first->width, line = whole ? places : first->width;
    uint32_t *out = events->rows, place_bytes = (uint32_t)s->channels * row_bytes;
    if (first->values) {
        const int32_t *values = sent_at(first, lane, step - s->reads[0].shift);
        int32_t *kept = events->values;
        for (int32_t place = 0; place < places; place++) {
            events->starts[place] = (uint32_t)(out - events->rows);
            uint32_t base = (uint32_t)(place % line) * place_bytes;
            for (int32_t c = 0; values && c < first->channels; c++) {
                int32_t value = values[(int64_t)place * first->channels + c];
                *out = base + (uint32_t)c * row_bytes;
                *kept = value;
                out += value != 0;
                kept += value != 0;
            }
        }
        events->starts[places] = (uint32_t)(out - events->rows);
        return;
    }
    const uint64_t *bits[s->count];
    for (int32_t r = 0; r < s->count; r++) bits[r] = sent_at(sents + s->reads[r].sent, lane, step - s->reads[r].shift);
    uint32_t base = 0;
    for (int32_t place = 0, x = 0; place < places; place++, x++, base += place_bytes) {
        if (x == line) x = 0, base = 0;
        events->starts[place] = (uint32_t)(out - events->rows);
        for (int32_t r = 0; r < s->count; r++) {
            if (!bits[r]) continue;
            int32_t words = sents[s->reads[r].sent].words, bytes = (sents[s->reads[r].sent].channels + 7) / 8;
            for (int32_t w = 0; w < words; w++, bytes -= 8) {
                uint64_t left = bits[r][(int64_t)place * words + w] & s->reads[r].mask[w];
                uint32_t start = base + (uint32_t)(s->reads[r].first + 64 * w) * row_bytes;
                out = list_word(left, bytes < 8 ? bytes : 8, start, row_bytes, out);
            }
        }
    }
    events->starts[places] = (uint32_t)(out - events->rows);
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

/* The taps of a line of windows. */
static inline void find_taps(const Synapses *s, int32_t size, int32_t windows, Taps *taps) {
    for (int32_t x = 0; x < windows; x++) {
        int32_t start = x * s->stride_w - s->pad_w, first = 0, last = s->kernel_w;
        while (first < last && start + first * s->dilation_w < 0) first++;
        while (last > first && start + (last - 1) * s->dilation_w >= size) last--;
        taps[x] = (Taps){start, first, last};
    }
}

#endif
