/* Sums of the weights of what arrives, for one type of sum: included once for each, with SUM and NAMED defined.

   Sums are added modulo the type's range. That is exact where the last sum is inside it, whatever the partial ones are; that it is, the
   caller has proved. */

typedef SUM NAMED(Vector) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(SUM)), may_alias));
typedef SUM NAMED(Few) __attribute__((vector_size(GROUP * sizeof(SUM)), aligned(sizeof(SUM)), may_alias));
#define LANES ((int32_t)(VECTOR_BYTES / sizeof(SUM)))

#include "windows.h"

/* ALL for `count` vectors of channels, whose first weight and sum stand at `weights` and `sums`: they stay in registers. */
static inline __attribute__((always_inline)) void NAMED(add_all)(const Events *events, uint32_t last, uint64_t row_bytes, const char *weights,
                                                                NAMED(Vector) * sums, const int count, const int graded) {
    const uint32_t *rows = events->rows;
    NAMED(Vector) held[MOST_HELD];
    for (int i = 0; i < count; i++) held[i] = sums[i];
    for (uint32_t e = 0; e < last; e++) {
        const NAMED(Vector) *row = (const NAMED(Vector) *)(weights + rows[e] * row_bytes);
        for (int i = 0; i < count; i++) {
            if (graded) held[i] += row[i] * (SUM)events->values[e];
            else held[i] += row[i];
        }
    }
    for (int i = 0; i < count; i++) sums[i] = held[i];
}

/* The number of vectors as a constant, so that they are registers; what is graded goes one vector at a time. */
#define BY(n, graded) NAMED(add_all)(events, last, row_bytes, weights, sums, n, graded); break;
#define CASE(n) case n: BY(n, 0)
static void NAMED(all)(const Synapses *s, const Population *p, const Sent *from, const Events *events, SUM *sum) {
    uint32_t last = events->starts[from->height * from->width];
    int32_t most = from->values ? 1 : MOST_HELD;
    uint64_t row_bytes = (uint64_t)p->padded * sizeof(SUM);
    for (int32_t done = 0; done < p->padded; done += most * LANES) {
        int32_t left = (p->padded - done) / LANES;
        const char *weights = (const char *)s->weights + done * sizeof(SUM);
        NAMED(Vector) *sums = (NAMED(Vector) *)(sum + done);
        switch (from->values ? 0 : left < most ? left : most) {
            case 0: BY(1, 1) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)
        }
    }
}
#undef BY
#undef CASE

/* DEPTHWISE: what each target channel of a layer gets from one place that its window reaches. */
static inline void NAMED(spread_place)(const Synapses *s, const Population *p, const Sent *from, const void *sent, int64_t place,
                                       int32_t layer, SUM *spread) {
    const int32_t *sources = s->targets + (int64_t)layer * p->padded;
    const SUM *weights = (const SUM *)s->weights + (int64_t)layer * p->padded;
    if (from->values) {
        const int32_t *values = (const int32_t *)sent + place * from->channels;
        for (int32_t c = 0; c < p->padded; c++) spread[c] = sources[c] < 0 ? 0 : (SUM)(values[sources[c]] * weights[c]);
        return;
    }
    const uint64_t *bits = (const uint64_t *)sent + place * from->words;
    if (s->end) {
        for (int32_t c = s->begin; c < s->end; c += GROUP) {
            Bytes masks = *(const Bytes *)masks_of_bits[byte_at(bits, from->words, c - s->first)];
            *(NAMED(Few) *)(spread + c) = __builtin_convertvector(masks, NAMED(Few)) & *(const NAMED(Few) *)(weights + c);
        }
        return;
    }
    for (int32_t c = 0; c < p->padded; c++) {
        int fires = sources[c] >= 0 && (bits[sources[c] / 64] >> (sources[c] % 64) & 1);
        spread[c] = fires ? weights[c] : 0;
    }
}

/* Sums of `taps` parts that lie `apart`, for `count` numbers, whole groups of them: written to `sums`, or added there. */
static inline __attribute__((always_inline)) void NAMED(sum_taps)(const SUM *parts, int64_t apart, int32_t taps, SUM *sums, int64_t count,
                                                                 const int add) {
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        NAMED(Vector) *to = (NAMED(Vector) *)(sums + i), sum = add ? *to : (NAMED(Vector)){};
        for (int32_t k = 0; k < taps; k++) sum += *(const NAMED(Vector) *)(parts + k * apart + i);
        *to = sum;
    }
    for (; i < count; i += GROUP) {
        NAMED(Few) *to = (NAMED(Few) *)(sums + i), sum = add ? *to : (NAMED(Few)){};
        for (int32_t k = 0; k < taps; k++) sum += *(const NAMED(Few) *)(parts + k * apart + i);
        *to = sum;
    }
}

/* The taps of a window have one weight: those of a line are summed first, into a line of the target's width, and then those lines. */
static void NAMED(depthwise)(const Synapses *s, const Population *p, const Sent *from, const void *sent, Events *events, SUM *sums) {
    int32_t reach = pooled_width(s, p, from);
    int64_t size = (int64_t)p->width * p->padded, pitch = (int64_t)(p->width + p->gap) * p->padded;
    SUM *line = events->spread, *lines = line + (int64_t)reach * p->padded;
    for (int32_t layer = 0; layer < s->channels; layer++) {
        memset(line, 0, (size_t)(reach * p->padded) * sizeof(SUM));
        for (int32_t y = 0; y < from->height; y++) {
            for (int32_t x = 0; x < from->width; x++) {
                SUM *place = line + (int64_t)(s->pad_w + x) * p->padded;
                NAMED(spread_place)(s, p, from, sent, (int64_t)y * from->width + x, layer, place);
            }
            SUM *sum = lines + y * size;
            int32_t runs = s->stride_w == 1 ? 1 : p->width;
            for (int32_t x = 0; x < runs; x++) {
                NAMED(sum_taps)(line + (int64_t)x * s->stride_w * p->padded, p->padded, s->kernel_w, sum + x * p->padded, size / runs, 0);
            }
        }
        for (int32_t y = 0; y < p->height; y++) {
            int32_t first = y * s->stride_h - s->pad_h, last = first + s->kernel_h;
            if (first < 0) first = 0;
            if (last > from->height) last = from->height;
            if (first < last) NAMED(sum_taps)(lines + first * size, size, last - first, sums + y * pitch, size, 1);
        }
    }
}

/* SPARSE: one sent value after the other. */
static void NAMED(scatter)(const Synapses *s, const Sent *from, const void *sent, SUM *sums) {
    const SUM *weights = s->weights;
    for (int32_t place = 0; place < from->height * from->width; place++) {
        for (int32_t w = 0; w < (from->values ? 1 : from->words); w++) {
            uint64_t left = from->values ? 0 : ((const uint64_t *)sent)[(int64_t)place * from->words + w] & s->reads[0].mask[w];
            for (int32_t at = 0; from->values ? at < from->channels : left != 0; at++, left &= left - 1) {
                int64_t neuron = (int64_t)place * from->channels + (from->values ? at : 64 * w + __builtin_ctzll(left));
                SUM value = from->values ? (SUM)((const int32_t *)sent)[neuron] : 1;
                for (int64_t i = s->index[neuron]; i < s->index[neuron + 1]; i++) sums[s->targets[i]] += (SUM)(value * weights[i]);
            }
        }
    }
}

/* Add what arrives through `s` at a step of a lane. */
static void NAMED(add)(const Synapses *s, const Population *p, const Sent *sents, int64_t lane, int64_t step, Events *events, SUM *sums) {
    const Sent *from = sents + s->reads[0].sent;
    if (s->kind == DEPTHWISE || s->kind == SPARSE) {
        const void *sent = sent_at(from, lane, step - s->reads[0].shift);
        if (!sent) return;
        if (s->kind == SPARSE) NAMED(scatter)(s, from, sent, sums);
        else NAMED(depthwise)(s, p, from, sent, events, sums);
        return;
    }
    list_events(s, sents, lane, step, events);
    if (events->starts[from->height * from->width] == 0) return;
    (s->kind == ALL ? NAMED(all) : NAMED(windows))(s, p, from, events, sums);
}

#undef LANES
