/* Sums of the weights of what arrives, for one type of sum: included once for each, with SUM and NAMED defined.

   Sums are added modulo the type's range. That is exact where the last sum is inside it, whatever the partial ones are; that it is, the
   caller has proved. */

typedef SUM NAMED(Vector) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(SUM)), may_alias));
#define LANES ((int32_t)(VECTOR_BYTES / sizeof(SUM)))

/* Add rows `first` to before `last` of the list, from `weights` on, to `count` vectors that stay in registers. */
static inline __attribute__((always_inline)) void NAMED(add_rows)(const Events *events, uint32_t first, uint32_t last,
                                                                 const char *weights, NAMED(Vector) * sums, const int count,
                                                                 const int graded) {
    for (uint32_t e = first; e < last; e++) {
        const NAMED(Vector) *row = (const NAMED(Vector) *)(weights + events->rows[e]);
        if (graded) {
            SUM value = (SUM)events->values[e];
            for (int i = 0; i < count; i++) sums[i] += row[i] * value;
        } else {
            for (int i = 0; i < count; i++) sums[i] += row[i];
        }
    }
}

/* WINDOWS for `count` vectors of channels, whose first weight and sum stand at `weights` and `sums`. Tap lines come one after the
   other, so that the weights of one stay in the nearest cache for a whole map. */
static inline __attribute__((always_inline)) void NAMED(add_windows)(const Synapses *s, const Population *p, const Sent *from,
                                                                    const Events *events, const char *weights, SUM *sums,
                                                                    const int count, const int graded) {
    int32_t wide = p->side * p->padded, width = p->width / p->side;
    int64_t place_bytes = (int64_t)s->channels * wide * (int64_t)sizeof(SUM);
    for (int32_t ky = 0; ky < s->kernel_h; ky++) {
        const char *rows = weights + ky * s->kernel_w * place_bytes;
        for (int32_t y = 0; y < p->height; y++) {
            int32_t line = y * s->stride_h - s->pad_h + ky * s->dilation_h;
            if (line < 0 || line >= from->height) continue;
            const uint32_t *starts = events->starts + line * from->width;
            if (starts[0] == starts[from->width]) continue;
            for (int32_t x = 0; x < width; x++) {
                int32_t start = events->taps[x].start, left = events->taps[x].first, right = events->taps[x].last;
                NAMED(Vector) held[MOST_VECTORS], *place = (NAMED(Vector) *)(sums + (int64_t)(y * width + x) * wide);
                for (int i = 0; i < count; i++) held[i] = place[i];
                if (s->dilation_w == 1 && right > left) {
                    NAMED(add_rows)(events, starts[start + left], starts[start + right], rows - start * place_bytes, held, count, graded);
                } else {
                    for (int32_t kx = left; kx < right; kx++) {
                        int32_t at = start + kx * s->dilation_w;
                        NAMED(add_rows)(events, starts[at], starts[at + 1], rows + (kx - at) * place_bytes, held, count, graded);
                    }
                }
                for (int i = 0; i < count; i++) place[i] = held[i];
            }
        }
    }
}

/* ALL for `count` vectors of channels. */
static inline __attribute__((always_inline)) void NAMED(add_all)(const Synapses *s, const Population *p, const Sent *from,
                                                                const Events *events, const char *weights, SUM *sums,
                                                                const int count, const int graded) {
    (void)s, (void)p;
    NAMED(Vector) held[MOST_VECTORS], *place = (NAMED(Vector) *)sums;
    for (int i = 0; i < count; i++) held[i] = place[i];
    NAMED(add_rows)(events, 0, events->starts[from->height * from->width], weights, held, count, graded);
    for (int i = 0; i < count; i++) place[i] = held[i];
}

/* The number of vectors as a constant, so that they are registers; what is graded goes one vector at a time. */
#define CASE(function, n) case n: function(s, p, from, events, weights, sums, n, 0); break;
#define BY_COUNT(name, function)                                                                            \
    static void NAMED(name)(const Synapses *s, const Population *p, const Sent *from, const Events *events, \
                            const char *weights, SUM *sums, int count) {                                    \
        if (from->values) {                                                                                 \
            function(s, p, from, events, weights, sums, 1, 1);                                              \
            return;                                                                                         \
        }                                                                                                   \
        switch (count) {                                                                                    \
            CASE(function, 1) CASE(function, 2) CASE(function, 3) CASE(function, 4)                         \
            CASE(function, 5) CASE(function, 6) CASE(function, 7) CASE(function, 8)                         \
        }                                                                                                   \
    }
BY_COUNT(windows, NAMED(add_windows))
BY_COUNT(all, NAMED(add_all))
#undef BY_COUNT
#undef CASE

/* DEPTHWISE: what each target channel of a layer gets from a place that its window reaches, place by place. */
static void NAMED(spread_layer)(const Synapses *s, const Population *p, const Sent *from, const void *sent, int32_t layer, SUM *spread) {
    const int32_t *sources = s->targets + (int64_t)layer * p->padded;
    const SUM *weights = (const SUM *)s->weights + (int64_t)layer * p->padded;
    for (int32_t place = 0; place < from->height * from->width; place++, spread += p->padded) {
        if (from->values) {
            const int32_t *values = (const int32_t *)sent + (int64_t)place * from->channels;
            for (int32_t c = 0; c < p->padded; c++) spread[c] = sources[c] < 0 ? 0 : (SUM)(values[sources[c]] * weights[c]);
            continue;
        }
        const uint64_t *bits = (const uint64_t *)sent + (int64_t)place * from->words;
        if (s->straight) {
            const uint8_t *bytes = (const uint8_t *)bits;
            for (int32_t c = 0; c < p->padded; c += GROUP) {
                const int8_t *masks = masks_of_bits[bytes[c / GROUP]];
                for (int i = 0; i < GROUP; i++) spread[c + i] = (SUM)masks[i] & weights[c + i];
            }
            continue;
        }
        for (int32_t c = 0; c < p->padded; c++) {
            int fires = sources[c] >= 0 && (bits[sources[c] / 64] >> (sources[c] % 64) & 1);
            spread[c] = fires ? weights[c] : 0;
        }
    }
}

/* Add so many numbers, whole groups of them. */
static inline void NAMED(add_line)(const SUM *source, SUM *target, int64_t count) {
    typedef SUM Part __attribute__((vector_size(GROUP * sizeof(SUM)), aligned(sizeof(SUM)), may_alias));
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) *(NAMED(Vector) *)(target + i) += *(const NAMED(Vector) *)(source + i);
    for (; i < count; i += GROUP) *(Part *)(target + i) += *(const Part *)(source + i);
}

/* Add one tap of a line of sources to a line of targets: `count` of them, `step` numbers apart in the source. */
static inline void NAMED(add_tap)(const SUM *source, int64_t step, SUM *target, int32_t count, int32_t padded) {
    if (step == padded) {
        NAMED(add_line)(source, target, (int64_t)count * padded);
        return;
    }
    for (int32_t x = 0; x < count; x++, source += step, target += padded) NAMED(add_line)(source, target, padded);
}

static void NAMED(depthwise)(const Synapses *s, const Population *p, const Sent *from, const void *sent, Events *events, SUM *sums) {
    SUM *spread = events->spread;
    for (int32_t layer = 0; layer < s->channels; layer++) {
        NAMED(spread_layer)(s, p, from, sent, layer, spread);
        for (int32_t y = 0; y < p->height; y++) {
            for (int32_t ky = 0; ky < s->kernel_h; ky++) {
                int32_t line = y * s->stride_h - s->pad_h + ky;
                if (line < 0 || line >= from->height) continue;
                for (int32_t kx = 0; kx < s->kernel_w; kx++) {
                    int32_t first = 0, last = p->width;
                    while (first < last && first * s->stride_w - s->pad_w + kx < 0) first++;
                    while (last > first && (last - 1) * s->stride_w - s->pad_w + kx >= from->width) last--;
                    const SUM *source = spread + (int64_t)(line * from->width + first * s->stride_w - s->pad_w + kx) * p->padded;
                    SUM *target = sums + (int64_t)(y * p->width + first) * p->padded;
                    NAMED(add_tap)(source, (int64_t)s->stride_w * p->padded, target, last - first, p->padded);
                }
            }
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
    int32_t side = s->kind == WINDOWS ? p->side : 1, wide = side * p->padded;
    list_events(s, sents, lane, step, (uint32_t)(wide * sizeof(SUM)), s->kind == ALL, events);
    if (events->starts[from->height * from->width] == 0) return;
    if (s->kind == WINDOWS) find_taps(s, from->width, p->width / side, events->taps);
    int32_t most = from->values ? 1 : MOST_VECTORS;
    for (int32_t done = 0; done < wide; done += most * LANES) {
        int32_t left = (wide - done) / LANES;
        const char *weights = (const char *)s->weights + done * sizeof(SUM);
        (s->kind == ALL ? NAMED(all) : NAMED(windows))(s, p, from, events, weights, sums + done, left < most ? left : most);
    }
}

#undef LANES
