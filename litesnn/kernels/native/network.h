/* What the simulation of a network is told: made by litesnn/kernels/structures.py, field by field. Sizes are in elements.

   A lane is one sample. Maps lie channels last: a place is y * width + x, and neuron c of a place follows neuron c - 1. */
#ifndef LITESNN_NETWORK_H
#define LITESNN_NETWORK_H

#include <stdint.h>

/* What one population sends: a bit per neuron in `words` 64-bit words per place, or (graded) an integer per neuron. */
typedef struct {
    uint64_t *bits;  /* [lanes][steps][places][words]; NULL where graded */
    int32_t *values; /* [lanes][steps][places][channels]; NULL where spikes */
    int64_t steps;   /* that are kept: 1 where the same is sent at every step */
    int64_t lasts;   /* steps for which something is sent */
    int32_t channels, height, width, words;
} Sent;

/* One source of synapses. */
typedef struct {
    const uint64_t *mask; /* [words]: channels that any weight reads */
    int32_t sent;         /* index of its Sent */
    int32_t shift;        /* steps between sending and arriving */
    int32_t first;        /* channel of the weights that its channel 0 has */
} Read;

enum { WINDOWS = 0, ALL = 1, DEPTHWISE = 2, SPARSE = 3 };

/* Some vectors of sums that lie side by side, to which a spike adds: `offset` bytes behind the sums of the place below. */
typedef struct {
    int64_t offset;
    int64_t line; /* so many lines above those of the place: a segment is left out where that is outside the map */
} Segment;

/* Some segments that are added at once, from sources whose windows lie alike: lines y and columns x with (y + pad_h) % stride_h and
   (x + pad_w) % stride_w as given. What they send is added behind the place ((y + pad_h) / stride_h, (x + pad_w) / stride_w). */
typedef struct {
    const Segment *segments; /* [count], by line */
    const void *weights;     /* [channels + 1][count][vectors], the last row 0 */
    int32_t count, vectors;  /* segments, and vectors of sums of each */
    int32_t down, across;    /* the remainders */
} Part;

/* Synapses of one geometry into a population, from one source or (WINDOWS, of spikes) from several maps of one size.

   WINDOWS    `parts`, weights with each. Where `narrow`, they are bytes though sums are not, and any four of them add up in a byte
   ALL        weights [places of the source][channels][padded]
   DEPTHWISE  weights and targets [channels][padded]: `channels` layers, in each the source channel (or -1) of a target channel, and
              its weight
   SPARSE     source neuron n: entries index[n] .. index[n + 1], each the place of a sum and a weight */
typedef struct {
    const Read *reads;
    const void *weights; /* of the type of the population's sums, in its unit */
    const int64_t *index;
    const int32_t *targets;
    const Part *parts;
    int32_t kind, count, channels; /* channels: of all reads together; of DEPTHWISE, layers */
    int32_t begin, end; /* of DEPTHWISE: target channels, whole GROUPs, of which c reads source channel c - first alone if there is one, */
    int32_t first;      /* and others none; or 0, 0 */
    int32_t part_count, narrow;
    int32_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w; /* kernels of DEPTHWISE alone */
} Synapses;

/* What a spike does: sets the membrane to 0; subtracts `subtracted` from it there, or with the next update after the decay; nothing. */
enum { TO_ZERO = 0, SUBTRACT = 1, SUBTRACT_NEXT = 2, KEEP = 3 };

/* A population with leaky membranes. Its sums lie (y * (width + gap) + x) * padded + channel. Padding channels have threshold 2^31 - 1 and bias 0. */
typedef struct {
    const Synapses *synapses;
    const int32_t *bias, *threshold; /* [padded], membrane units; threshold NULL: it never fires */
    const int32_t *current_memories, *memories; /* [padded] of 4096, kept per step; NULL: the same for all, below */
    const int32_t *subtracted; /* [padded], membrane units; NULL: spikes set to zero */
    const uint8_t *computes, *resets; /* [steps] */
    int32_t *currents, *potentials, *membranes; /* [lanes][steps][places][padded], each NULL where nobody asks */
    int32_t count, sent;
    int32_t channels, height, width, padded;
    int32_t gap;       /* places between two lines of sums, which take what windows add beside the map and nobody reads */
    int32_t sum_bytes; /* 1, 2 or 4: type of the sums */
    int32_t scale;     /* membrane units per unit of the sums */
    int32_t current_memory, memory; /* of 4096, kept per step; where channels differ, current_memory is the largest */
    int32_t reset;     /* what a spike does */
    int32_t checked;   /* whether a register can overflow */
    int32_t small;     /* whether a membrane times `memory` always fits into int32; if none is checked */
    int32_t top;       /* a readout's membrane above it starts again from 0; 2^31 - 1: none */
    int32_t accumulator_limit; /* sums beyond it (in units) are counted; 2^31 - 1: not watched */
} Population;

/* What a call counted for one population. */
typedef struct {
    int64_t accumulator, current, membrane; /* values that left a register */
    int64_t events;                         /* spikes sent */
    int64_t synapses_ns, neurons_ns;
    int32_t worst_current; /* not 0: a current that one wrap does not bring back, its magnitude */
    int32_t unused;
} Counts;

#endif
