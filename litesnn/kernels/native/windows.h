/* WINDOWS, for one type of sum: part of synapses.h.

   A spike adds its row of weights to segments of the sums around its place. What several spikes of a place add is summed in registers:
   the segments are loaded and stored once for all of them. */

/* Four rows of weights, `row`, to `vectors` sums. */
static inline __attribute__((always_inline)) void NAMED(add_rows)(const char *const *row, const int32_t *values, NAMED(Vector) * held,
                                                                 const int vectors, const int graded) {
#pragma GCC unroll 16
    for (int i = 0; i < vectors; i++) {
        NAMED(Vector) part[QUAD];
#pragma GCC unroll 4
        for (int k = 0; k < QUAD; k++) {
            part[k] = ((const NAMED(Vector) *)row[k])[i];
            if (graded) part[k] *= (SUM)values[k];
        }
        held[i] += (part[0] + part[1]) + (part[2] + part[3]);
    }
}

#if defined(NARROW)
/* The same with weights of bytes, four of which add up in one: bytes 2 * j and 2 * j + 1 of vector u are of sum j of vectors 2 * u and
   2 * u + 1 of a segment. */
static inline __attribute__((always_inline)) void NAMED(add_narrow)(const char *const *row, NAMED(Vector) * held, const int vectors,
                                                                   const int count) {
    const int units = (vectors + 1) / 2;
#pragma GCC unroll 24
    for (int i = 0; i < units * count; i++) {
        const int to = i / units * vectors + i % units * 2;
        Vector_8 part[QUAD];
#pragma GCC unroll 4
        for (int k = 0; k < QUAD; k++) part[k] = ((const Vector_8 *)row[k])[i];
        NAMED(Vector) both = (NAMED(Vector))((part[0] + part[1]) + (part[2] + part[3]));
        held[to] += both << 8 >> 8;
        if (i % units * 2 + 1 < vectors) held[to + 1] += both >> 8;
    }
}
#else
static inline void NAMED(add_narrow)(const char *const *row, NAMED(Vector) * held, const int vectors, const int count) {
    (void)row, (void)held, (void)vectors, (void)count;
}
#endif

/* What a line sends, four rows at a time, to `count` segments, which stay in registers while it is one place's. */
static inline __attribute__((always_inline)) void NAMED(add_line_of)(const Line *line, const Events *events, const int vectors,
                                                                    const int count, const int graded, const int narrow) {
    /* Copies: what is stored through a pointer of characters might be the structures themselves, for all that a compiler knows. */
    const uint32_t *starts = line->starts;
    const uint16_t *rows = events->rows;
    const int32_t *values = events->values;
    const char *weights = line->weights;
    const uint64_t row_bytes = line->row_bytes;
    const int64_t place_bytes = line->place_bytes, step = line->step, width = line->width;
    char *to[MOST_SEGMENTS];
#pragma GCC unroll 4
    for (int i = 0; i < count; i++) to[i] = line->sums + line->segments[i].offset;
    for (int64_t x = 0; x < width; x++, starts += step) {
        uint32_t e = starts[0], last = starts[1];
        int64_t place = x * place_bytes;
        if (e == last) continue;
        NAMED(Vector) held[MOST_VECTORS];
#pragma GCC unroll 32
        for (int i = 0; i < vectors * count; i++) held[i] = ((NAMED(Vector) *)(to[i / vectors] + place))[i % vectors];
        for (; e < last; e += QUAD) {
            const char *row[QUAD];
#pragma GCC unroll 4
            for (int k = 0; k < QUAD; k++) row[k] = weights + rows[e + k] * row_bytes;
            if (narrow) NAMED(add_narrow)(row, held, vectors, count);
            else NAMED(add_rows)(row, values + e, held, vectors * count, graded);
        }
#pragma GCC unroll 32
        for (int i = 0; i < vectors * count; i++) ((NAMED(Vector) *)(to[i / vectors] + place))[i % vectors] = held[i];
    }
}

/* Vectors of a segment, and segments that are added at once, as constants; what is graded goes one segment at a time. */
#define BY(n, count, graded, narrow) NAMED(add_line_of)(line, events, n, count, graded, narrow)
#define CASE(n, count) case 16 * count + n: BY(n, count, 0, 0); return;
#define THIN(n, count) case 64 + 16 * count + n: BY(n, count, 0, 1); return;
#define GRADED(n, count) case 128 + n: BY(n, 1, 1, 0); return;
#define ALONE(OF) OF(1, 1) OF(2, 1) OF(3, 1) OF(4, 1) OF(5, 1) OF(6, 1) OF(7, 1) OF(8, 1) OF(9, 1) OF(10, 1) OF(11, 1) OF(12, 1)
#define SEVERAL(OF) OF(1, 2) OF(2, 2) OF(3, 2) OF(4, 2) OF(5, 2) OF(6, 2) OF(1, 3) OF(2, 3) OF(3, 3) OF(4, 3)
static void NAMED(add_line)(const Line *line, const Events *events, int vectors, int graded, int narrow) {
    switch (graded ? 128 + vectors : 64 * narrow + 16 * line->count + vectors) {
        ALONE(CASE) SEVERAL(CASE) ALONE(GRADED)
#if defined(NARROW)
        ALONE(THIN) SEVERAL(THIN)
#endif
        default: __builtin_trap(); /* no such part is made: runtime/exact/native/segments.py */
    }
}
#undef BY
#undef CASE
#undef THIN
#undef GRADED
#undef ALONE
#undef SEVERAL

/* WINDOWS, part by part, so that weights of one stay in the nearest cache for a whole map. */
static void NAMED(windows)(const Synapses *s, const Population *p, const Sent *from, const Events *events, SUM *sums) {
    int64_t pitch = p->width + p->gap, place_bytes = (int64_t)p->padded * (int64_t)sizeof(SUM);
    for (const Part *part = s->parts; part < s->parts + s->part_count; part++) {
        int64_t segment_bytes = (int64_t)(s->narrow ? (part->vectors + 1) / 2 : part->vectors) * VECTOR_BYTES;
        int32_t top = (part->down + s->stride_h - s->pad_h % s->stride_h) % s->stride_h, below = (top + s->pad_h) / s->stride_h;
        int32_t left = (part->across + s->stride_w - s->pad_w % s->stride_w) % s->stride_w;
        Line line = {.row_bytes = (uint64_t)(part->count * segment_bytes), .place_bytes = place_bytes, .step = s->stride_w};
        line.width = (from->width - left + s->stride_w - 1) / s->stride_w;
        for (int32_t y = top; y < from->height; y += s->stride_h, below++) {
            int32_t first = 0, last = part->count;
            while (first < last && below - part->segments[first].line >= p->height) first++;
            while (last > first && below - part->segments[last - 1].line < 0) last--;
            line.starts = events->starts + y * from->width;
            if (first == last || line.starts[0] == line.starts[from->width]) continue;
            line.starts += left;
            line.sums = (char *)sums + (below * pitch + (left + s->pad_w) / s->stride_w) * place_bytes;
            line.count = from->values ? 1 : last - first;
            for (; first < last; first += line.count) {
                line.segments = part->segments + first;
                line.weights = (const char *)part->weights + first * segment_bytes;
                NAMED(add_line)(&line, events, part->vectors, from->values != NULL, s->narrow);
            }
        }
    }
}
