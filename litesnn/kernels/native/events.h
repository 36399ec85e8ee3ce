/* What arrives at a step as lists of rows of weights: an entry per spike, places one after the other. */
#ifndef LITESNN_EVENTS_H
#define LITESNN_EVENTS_H

#include "vectors.h"

/* Spikes, each as the number of its row of weights: uint16_t for WINDOWS, uint32_t for ALL. `values` are what a graded source sent. */
typedef struct {
    void *rows;
    int32_t *values;
    uint32_t *starts; /* [places + 1]: where the spikes of a place begin */
    void *spread;     /* of a DEPTHWISE layer: a line of what is sent to each target channel, and lines of sums; in the type of the sums */
} Events;

/* The bits or values of a read at a step; NULL where nothing is sent then. */
static inline const void *sent_at(const Sent *sent, int64_t lane, int64_t step) {
    if (step < 0 || step >= sent->lasts) return NULL;
    int64_t kept = lane * sent->steps + (sent->steps == 1 ? 0 : step);
    int64_t places = (int64_t)sent->height * sent->width;
    if (sent->values) return sent->values + kept * places * sent->channels;
    return sent->bits + kept * places * sent->words;
}

/* Write row numbers `start` on to a list, of uint32_t where `wide`: those of the spikes in some bytes of a word, lowest first. Returns
   how many; up to BEHIND numbers after the last are written too. */
static inline __attribute__((always_inline)) int list_word(uint64_t word, int bytes, uint32_t start, void *list, int64_t at, const int wide) {
#if defined(__AVX512VBMI2__)
    (void)bytes;
    __m512i places = _mm512_maskz_compress_epi8(word, _mm512_loadu_si512(sixty_four));
    int count = spikes_in(word);
    if (wide) {
        uint32_t *out = (uint32_t *)list + at;
        __m512i first = _mm512_set1_epi32((int32_t)start);
        for (int i = 0; i < count; i += 16, places = _mm512_alignr_epi64(places, places, 2)) {
            _mm512_storeu_si512(out + i, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(places)), first));
        }
        return count;
    }
    uint16_t *out = (uint16_t *)list + at;
    __m512i first = _mm512_set1_epi16((int16_t)start);
    __m256i sixteen = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(places));
    _mm256_storeu_si256((__m256i *)out, _mm256_add_epi16(sixteen, _mm512_castsi512_si256(first)));
    if (__builtin_expect(count > 16, 0)) {
        _mm512_storeu_si512(out, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(places)), first));
        _mm512_storeu_si512(out + 32, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(places, 1)), first));
    }
    return count;
#else
    int count = 0;
    for (int i = 0; i < bytes; i++, word >>= 8, start += 8) {
        uint8_t byte = (uint8_t)word;
        const Bytes places = *(const Bytes *)places_of_bits[byte];
        if (wide) *(Group *)((uint32_t *)list + at + count) = widened_8(places_of_bits[byte]) + (int32_t)start;
        else *(Rows *)((uint16_t *)list + at + count) = __builtin_convertvector(places, Rows) + (uint16_t)start;
        count += spikes_in(byte);
    }
    return count;
#endif
}

/* What a read sends at a step, place by place. Where several reads have room in one word together, all but the last have `more`. */
typedef struct {
    const uint64_t *bits, *mask;
    uint32_t first;              /* row of the first channel; of the first read of a word */
    int32_t words, bytes, shift; /* of a place; bytes to list; where in the word it begins */
    int more;
} Listed;

/* List the spikes of some reads. For ALL (`wide`) the rows of a place follow those of the one before; else all places have the same rows,
   and a place's spikes are filled up to whole QUADs by the row behind all channels. */
static inline __attribute__((always_inline)) int64_t list_spikes(const Listed *reads, int count, int32_t places, uint32_t channels,
                                                                 void *rows, uint32_t *starts, const int wide) {
    int64_t at = 0;
    for (int64_t place = 0; place < places; place++) {
        uint32_t base = wide ? (uint32_t)place * channels : 0;
        uint64_t word = 0;
        starts[place] = (uint32_t)at;
        for (int r = 0; r < count; r++) {
            const Listed *read = reads + r;
            uint32_t first = base + read->first;
            if (read->words == 1) {
                word |= (read->bits[place] & read->mask[0]) << read->shift;
                if (read->more) continue;
                at += list_word(word, read->bytes, first, rows, at, wide);
                word = 0;
                continue;
            }
            for (int32_t w = 0, bytes = read->bytes; w < read->words; w++, bytes -= 8, first += 64) {
                at += list_word(read->bits[place * read->words + w] & read->mask[w], bytes < 8 ? bytes : 8, first, rows, at, wide);
            }
        }
        if (wide) continue;
        for (int i = 0; i < QUAD; i++) ((uint16_t *)rows)[at + i] = (uint16_t)channels;
        at = (at + QUAD - 1) & -QUAD;
    }
    return at;
}

/* The same of what a graded source sends; NULL: nothing. */
static int64_t list_values(const int32_t *values, int32_t places, uint32_t channels, Events *events, const int wide) {
    int64_t at = 0;
    for (uint32_t place = 0; place < (uint32_t)places; place++) {
        events->starts[place] = (uint32_t)at;
        for (uint32_t c = 0; values && c < channels; c++) {
            if (wide) ((uint32_t *)events->rows)[at] = place * channels + c;
            else ((uint16_t *)events->rows)[at] = (uint16_t)c;
            events->values[at] = values[(int64_t)place * channels + c];
            at += events->values[at] != 0;
        }
        for (; !wide && at % QUAD; at++) ((uint16_t *)events->rows)[at] = (uint16_t)channels, events->values[at] = 0;
    }
    return at;
}

/* List what arrives at a step in the order of places. */
static void list_events(const Synapses *s, const Sent *sents, int64_t lane, int64_t step, Events *events) {
    const Sent *first = sents + s->reads[0].sent;
    int32_t places = first->height * first->width, count = 0, wide = s->kind == ALL;
    uint32_t channels = (uint32_t)s->channels;
    int64_t listed;
    if (first->values) {
        const int32_t *values = sent_at(first, lane, step - s->reads[0].shift);
        listed = list_values(values, places, channels, events, wide);
        events->starts[places] = (uint32_t)listed;
        return;
    }
    Listed reads[s->count];
    for (int32_t r = 0; r < s->count; r++) {
        const Sent *from = sents + s->reads[r].sent;
        const uint64_t *bits = sent_at(from, lane, step - s->reads[r].shift);
        if (!bits) continue;
        Listed read = {bits, s->reads[r].mask, (uint32_t)s->reads[r].first, from->words, (from->channels + 7) / 8, 0, 0};
        if (count && read.words == 1 && reads[count - 1].words == 1) {
            Listed *before = reads + count - 1;
            int32_t shift = (int32_t)(read.first - before->first), bytes = (shift + from->channels + 7) / 8;
            if (bytes <= 8) before->more = 1, read.shift = shift, read.first = before->first, read.bytes = bytes;
        }
        reads[count++] = read;
    }
    if (wide) listed = list_spikes(reads, count, places, channels, events->rows, events->starts, 1);
    else listed = list_spikes(reads, count, places, channels, events->rows, events->starts, 0);
    events->starts[places] = (uint32_t)listed;
}

#endif
