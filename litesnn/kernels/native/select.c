/* Which magnitudes of a row are kept, for masks by scores: all but the smallest. Called from litesnn/search/fused.

   Bits of magnitudes, read as whole numbers, stand in the order of the magnitudes (NaN above all), so the largest that is pruned is found
   digit by digit, by counting. */
#include <stdint.h>
#include <string.h>

#define LANES 4 /* counters side by side: equal digits one after the other need not wait for each other */
#define DIGIT_BITS 11
#define DIGITS (1 << DIGIT_BITS)

static const int32_t SHIFTS[] = {20, 10, 0}, WIDTHS[] = {11, 10, 10}; /* of the 31 bits without the sign */

static inline uint32_t magnitude(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x7fffffffu;
}

/* The magnitude that `before` others of those that begin as `prefix` stand below, one digit more of it; `before` becomes the rest. */
static uint32_t digit(const float *values, int64_t count, int32_t level, uint32_t prefix, int64_t *before) {
    static _Thread_local uint32_t counters[LANES][DIGITS];
    int32_t shift = SHIFTS[level], width = WIDTHS[level], above = shift + width;
    uint32_t mask = (1u << width) - 1;
    memset(counters, 0, sizeof counters);
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits = magnitude(values[i]);
        if (level == 0 || bits >> above == prefix) counters[i % LANES][(bits >> shift) & mask]++;
    }
    for (uint32_t found = 0;; found++) {
        int64_t here = 0;
        for (int32_t lane = 0; lane < LANES; lane++) here += counters[lane][found];
        if (*before < here || found == mask) return prefix << width | found;
        *before -= here;
    }
}

/* 1 where a value of a row is kept: all but the `pruned` smallest magnitudes, 0 < pruned <= count; of equal ones those at the lowest
   places go. */
void litesnn_largest(const float *values, int64_t row, int64_t count, int64_t pruned, uint8_t *kept) {
    const float *of_row = values + row * count;
    uint8_t *restrict out = kept + row * count;
    int64_t tied = pruned - 1; /* becomes how many equal ones are pruned before the last */
    uint32_t cut = 0;
    for (int32_t level = 0; level < 3; level++) cut = digit(of_row, count, level, cut, &tied);
    int64_t equal = 0;
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits = magnitude(of_row[i]);
        out[i] = bits > cut;
        equal += bits == cut;
    }
    for (int64_t i = count - 1; equal > tied + 1; i--)
        if (magnitude(of_row[i]) == cut) {
            out[i] = 1;
            equal--;
        }
}
