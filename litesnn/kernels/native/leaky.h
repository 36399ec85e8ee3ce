/* Leaky membranes, integer for integer as Lava's `PyLifModelBitAcc`, for one type of sum (see synapses.h):

   u = sgn(u) * ((|u| * current_memory) >> 12) + scale * sum      wraps once at +-2^23
   v = sgn(v) * ((|v| * memory) >> 12) + u + bias                 clipped at +-(2^23 - 1)
   spike where v > threshold; there v = 0. A readout above `top` starts again from 0 unseen.

   Programmed neurons have memories per channel, and another reset: `subtracted` from v at the spike (SUBTRACT), or with the next update
   after its decay (SUBTRACT_NEXT), or nothing (KEEP). */

#define STATE_MAX ((1 << 23) - 1)
#define WRAP (1 << 23)

#ifndef LITESNN_DECAYED
#define LITESNN_DECAYED
/* sgn(x) * ((|x| * memory) >> 12): in two parts, as the product can need 35 bits. */
static inline Group decayed(Group x, Group memory) {
    Group sign = x >> 31, size = (x ^ sign) - sign;
    Group kept = (size >> 12) * memory + (((size & 4095) * memory) >> 12);
    return (kept ^ sign) - sign;
}

static inline int32_t count_of(Group compared) { return __builtin_popcount(mask_of(compared)); }

/* Wrap currents once, and count. */
static inline Group wrapped(Group u, Counts *counts) {
    Group above = u > WRAP, below = u <= -WRAP;
    Group back = u - (above & (2 * WRAP)) + (below & (2 * WRAP));
    Group out = (back > WRAP) | (back <= -WRAP);
    counts->current += count_of(above | below);
    if (mask_of(out)) {
        for (int i = 0; i < GROUP; i++) {
            int32_t size = u[i] < 0 ? -u[i] : u[i];
            if (size > counts->worst_current) counts->worst_current = size;
        }
    }
    return back;
}
#endif

/* One step of all neurons of a population in one lane; spikes go to `bits`. u is NULL where no current is remembered or asked for. */
static inline __attribute__((always_inline)) void NAMED(leaky)(const Population *p, const SUM *sums, int32_t *u, int32_t *v,
                                                              int32_t *potentials, uint64_t *bits, int32_t words, Counts *counts,
                                                              const int checked, const int fires, const int programmed) {
    const Group current_memory = (Group){} + p->current_memory, memory = (Group){} + p->memory;
    int64_t places = (int64_t)p->height * p->width;
    for (int64_t place = 0; place < places; place++) {
        for (int32_t c = 0; c < p->padded; c += GROUP) {
            int64_t at = place * p->padded + c;
            Group arrived = NAMED(widened)(sums + at);
            if (p->accumulator_limit != INT32_MAX) {
                counts->accumulator += count_of((arrived > p->accumulator_limit) | (arrived < -p->accumulator_limit));
            }
            Group *membrane = (Group *)(v + at), current = arrived * p->scale;
            if (u) {
                if (programmed && p->current_memories) {
                    current += decayed(*(Group *)(u + at), *(const Group *)(p->current_memories + c));
                } else if (p->current_memory) {
                    current += decayed(*(Group *)(u + at), current_memory);
                }
                if (checked) current = wrapped(current, counts);
                *(Group *)(u + at) = current;
            }
            Group left = decayed(*membrane, programmed && p->memories ? *(const Group *)(p->memories + c) : memory);
            if (programmed && p->reset == SUBTRACT_NEXT) {
                left -= (*membrane > *(const Group *)(p->threshold + c)) & *(const Group *)(p->subtracted + c);
            }
            Group potential = left + current + *(const Group *)(p->bias + c);
            if (checked) {
                Group above = potential > STATE_MAX, below = potential < -STATE_MAX;
                counts->membrane += count_of(above | below);
                potential = (above & STATE_MAX) | (below & -STATE_MAX) | (~(above | below) & potential);
            }
            if (potentials) *(Group *)(potentials + at) = potential;
            if (fires) {
                Group fired = potential > *(const Group *)(p->threshold + c);
                ((uint8_t *)(bits + place * words))[c / GROUP] = mask_of(fired);
                if (!programmed || p->reset == TO_ZERO) potential &= ~fired;
                else if (p->reset == SUBTRACT) potential -= fired & *(const Group *)(p->subtracted + c);
            } else if (p->top != INT32_MAX) {
                Group spent = potential > p->top;
                counts->membrane += count_of(spent & (potential < STATE_MAX));
                potential &= ~spent;
            }
            *membrane = potential;
        }
    }
}

static void NAMED(neurons)(const Population *p, const SUM *sums, int32_t *u, int32_t *v, int32_t *potentials, uint64_t *bits,
                           int32_t words, Counts *counts) {
    int programmed = p->memories || p->current_memories || p->reset != TO_ZERO;
    if (programmed && p->threshold) NAMED(leaky)(p, sums, u, v, potentials, bits, words, counts, 1, 1, 1);
    else if (programmed) NAMED(leaky)(p, sums, u, v, potentials, bits, words, counts, 1, 0, 1);
    else if (p->checked && p->threshold) NAMED(leaky)(p, sums, u, v, potentials, bits, words, counts, 1, 1, 0);
    else if (p->checked) NAMED(leaky)(p, sums, u, v, potentials, bits, words, counts, 1, 0, 0);
    else if (p->threshold) NAMED(leaky)(p, sums, u, v, potentials, bits, words, counts, 0, 1, 0);
    else NAMED(leaky)(p, sums, u, v, potentials, bits, words, counts, 0, 0, 0);
}
