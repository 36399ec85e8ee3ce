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

/* The same where x * memory is within int32. */
static inline Group decayed_small(Group x, Group memory) {
    Group product = x * memory;
    return (product + ((product >> 31) & 4095)) >> 12;
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

/* Neurons of one step in one lane: what lies with each, neuron by neuron. u is NULL where no current is remembered or asked for. */
#ifndef LITESNN_STATES
#define LITESNN_STATES
typedef struct {
    int32_t *u, *v, *potentials;
    uint8_t *bits;     /* of a place, its words; NULL where nothing fires */
    int64_t word_bytes; /* from one place's to the next's */
} States;
#endif

/* One step of GROUP neurons, channels `c` on of a place. */
static inline __attribute__((always_inline)) void NAMED(leaky)(const Population *p, Group arrived, const States *states, int64_t at, int32_t c,
                                                              Group memory, Counts *counts, const int checked, const int programmed,
                                                              const int small) {
    if (checked && p->accumulator_limit != INT32_MAX) {
        counts->accumulator += count_of((arrived > p->accumulator_limit) | (arrived < -p->accumulator_limit));
    }
    Group *membrane = (Group *)(states->v + at), current = arrived * p->scale;
    if (states->u) {
        if (programmed && p->current_memories) {
            current += decayed(*(Group *)(states->u + at), *(const Group *)(p->current_memories + c));
        } else if (p->current_memory) {
            current += decayed(*(Group *)(states->u + at), (Group){} + p->current_memory);
        }
        if (checked) current = wrapped(current, counts);
        *(Group *)(states->u + at) = current;
    }
    if (programmed && p->memories) memory = *(const Group *)(p->memories + c);
    Group left = small ? decayed_small(*membrane, memory) : decayed(*membrane, memory);
    if (programmed && p->reset == SUBTRACT_NEXT) {
        left -= (*membrane > *(const Group *)(p->threshold + c)) & *(const Group *)(p->subtracted + c);
    }
    Group potential = left + current + *(const Group *)(p->bias + c);
    if (checked) {
        Group above = potential > STATE_MAX, below = potential < -STATE_MAX;
        counts->membrane += count_of(above | below);
        potential = (above & STATE_MAX) | (below & -STATE_MAX) | (~(above | below) & potential);
    }
    if (states->potentials) *(Group *)(states->potentials + at) = potential;
    if (states->bits) {
        Group fired = potential > *(const Group *)(p->threshold + c);
        states->bits[c / GROUP] = mask_of(fired);
        if (!programmed || p->reset == TO_ZERO) potential &= ~fired;
        else if (p->reset == SUBTRACT) potential -= fired & *(const Group *)(p->subtracted + c);
    } else if (p->top != INT32_MAX) {
        Group spent = potential > p->top;
        counts->membrane += count_of(spent & (potential < STATE_MAX));
        potential &= ~spent;
    }
    *membrane = potential;
}

/* All neurons, whose population and states are copies: what is stored might else be they, for all that a compiler knows. */
static inline __attribute__((always_inline)) void NAMED(leaky_map)(const Population population, const SUM *sums, States states,
                                                                  Counts *counts, const int checked, const int programmed,
                                                                  const int small) {
    const Population *p = &population;
    const Group memory = (Group){} + p->memory;
    int64_t at = 0;
    for (int32_t y = 0; y < p->height; y++, sums += (int64_t)p->gap * p->padded) {
        for (int32_t x = 0; x < p->width; x++, sums += p->padded, at += p->padded) {
            for (int32_t c = 0; c < p->padded; c += GROUP) {
                NAMED(leaky)(p, NAMED(widened)(sums + c), &states, at + c, c, memory, counts, checked, programmed, small);
            }
            if (states.bits) states.bits += states.word_bytes;
        }
    }
}

#if defined(__AVX512F__)
/* The same of plain neurons, sixteen at a time: nothing is checked, and only spikes and membranes are kept; `small`, as Population says. */
static void NAMED(plain_map)(const Population population, const SUM *sums, int32_t *v, uint8_t *bits, int64_t word_bytes) {
    const Population *p = &population;
    const __m512i memory = _mm512_set1_epi32(p->memory), scale = _mm512_set1_epi32(p->scale), rounding = _mm512_set1_epi32(4095);
    for (int32_t y = 0; y < p->height; y++, sums += (int64_t)p->gap * p->padded) {
        for (int32_t x = 0; x < p->width; x++, sums += p->padded, v += p->padded, bits += word_bytes) {
            for (int32_t c = 0; c < p->padded; c += 16) {
                __m512i product = _mm512_mullo_epi32(_mm512_loadu_si512(v + c), memory);
                __m512i toward_zero = _mm512_and_si512(_mm512_srai_epi32(product, 31), rounding);
                __m512i left = _mm512_srai_epi32(_mm512_add_epi32(product, toward_zero), 12);
                __m512i current = _mm512_mullo_epi32(NAMED(sixteen)(sums + c), scale);
                __m512i potential = _mm512_add_epi32(left, _mm512_add_epi32(current, _mm512_loadu_si512(p->bias + c)));
                __mmask16 quiet = _mm512_cmple_epi32_mask(potential, _mm512_loadu_si512(p->threshold + c));
                uint16_t fired = (uint16_t)~quiet;
                memcpy(bits + c / 8, &fired, sizeof fired);
                _mm512_storeu_si512(v + c, _mm512_maskz_mov_epi32(quiet, potential));
            }
        }
    }
}
#endif

static void NAMED(neurons)(const Population *p, const SUM *sums, States states, Counts *counts) {
    int programmed = p->memories || p->current_memories || p->reset != TO_ZERO;
    int plain = !states.u && !states.potentials && states.bits;
    if (programmed) {
        NAMED(leaky_map)(*p, sums, states, counts, 1, 1, 0);
    } else if (p->checked || p->accumulator_limit != INT32_MAX) {
        NAMED(leaky_map)(*p, sums, states, counts, 1, 0, 0);
#if defined(__AVX512F__)
    } else if (plain && p->small && p->padded % 16 == 0) {
        NAMED(plain_map)(*p, sums, states.v, states.bits, states.word_bytes);
#endif
    } else if (plain && p->small) {
        NAMED(leaky_map)(*p, sums, (States){NULL, states.v, NULL, states.bits, states.word_bytes}, counts, 0, 0, 1);
    } else {
        NAMED(leaky_map)(*p, sums, states, counts, 0, 0, 0);
    }
}
