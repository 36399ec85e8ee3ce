/* Leaky neurons on the chip's integers over all steps at once, forward and backward, for training. Called from litesnn/search/fused.

   v = trunc(rest * decay) + 64 * sum + bias, spike where v > threshold, and rest as in neurons.c (docs/numbers.md, One time step); for
   populations whose registers no input can leave. Whole numbers below 2^24 are exact in float32, a membrane times a decay of 12 bits in
   double. Gradients are those of litesnn/search/model/neurons.py in float32. Arrays are [steps][rows][places], a row being a channel of
   a sample. */
#include "surrogate.h"

/* Constants of the channels, in the order in which litesnn/kernels/chip.py has them; row r is of channel r % channels. */
typedef struct {
    const float *threshold, *bias, *scale; /* scale: real value of one unit of a membrane */
    int64_t channels;
} Channels;

/* Rows of the arrays, and which of them are computed. */
typedef struct {
    int64_t steps, rows, places, first, last;
    int32_t held; /* sums are [rows][places], for all steps */
} Rows;

static inline void step_forward(double decay, int32_t reset, float threshold, float bias, int64_t count, const float *restrict sums,
                                float *restrict rest, float *restrict spikes, float *restrict membranes) {
    for (int64_t i = 0; i < count; i++) {
        float v = (float)(int32_t)((double)rest[i] * decay) + (64.0f * sums[i] + bias);
        if (reset == SUBTRACT_NEXT) v = v - (rest[i] > threshold ? threshold : 0.0f);
        float spike = v > threshold ? 1.0f : 0.0f;
        membranes[i] = v;
        spikes[i] = spike;
        rest[i] = reset == ZERO ? v * (1.0f - spike) : reset == SUBTRACT ? v - threshold * spike : v;
    }
}

/* Spikes, and where asked for membranes before the reset. */
void litesnn_chip_forward(const Neurons *n, const Channels *c, const Rows *r, const float *sums, float *spikes, float *membranes) {
    float rest[BLOCK], unkept[BLOCK];
    double decay = n->decay;
    for (int64_t row = r->first; row < r->last; row++) {
        float threshold = c->threshold[row % c->channels], bias = c->bias[row % c->channels];
        for (int64_t start = 0; start < r->places; start += BLOCK) {
            int64_t count = r->places - start < BLOCK ? r->places - start : BLOCK;
            memset(rest, 0, (size_t)count * sizeof(float));
            for (int64_t t = 0; t < r->steps; t++) {
                int64_t within = row * r->places + start, at = t * r->rows * r->places + within;
                const float *given = sums + (r->held ? within : at);
                float *kept = membranes ? membranes + at : unkept;
                switch (n->reset) {
                    case ZERO: step_forward(decay, ZERO, threshold, bias, count, given, rest, spikes + at, kept); break;
                    case SUBTRACT: step_forward(decay, SUBTRACT, threshold, bias, count, given, rest, spikes + at, kept); break;
                    default: step_forward(decay, SUBTRACT_NEXT, threshold, bias, count, given, rest, spikes + at, kept);
                }
            }
        }
    }
}

/* factor * scale * (membrane - threshold) of the chosen rows inside the window, in the order of the way back; returns how many. */
int64_t litesnn_chip_distances(const Neurons *n, const Channels *c, const Rows *r, const float *membranes, float factor, float *inside) {
    float *next = inside;
    for (int64_t row = r->first; row < r->last; row++) {
        float threshold = c->threshold[row % c->channels], scale = c->scale[row % c->channels];
        for (int64_t start = 0; start < r->places; start += BLOCK) {
            int64_t count = r->places - start < BLOCK ? r->places - start : BLOCK;
            for (int64_t t = r->steps - 1; t >= 0; t--) {
                next = gather_inside(n, count, membranes + (t * r->rows + row) * r->places + start, threshold, scale, factor, next);
            }
        }
    }
    return next - inside;
}

/* Gradients of one block of a row: of its membranes of the step after (then of this step), and of its channel's constants so far. */
typedef struct {
    float membrane[BLOCK], bias[BLOCK], threshold[BLOCK], scale[BLOCK];
} Gradients;

static inline void step_backward(Neurons n, int32_t shape, int32_t reset, float threshold, float scale, int64_t count,
                                 const float *restrict membranes, const float *restrict of_spikes, const float *restrict tangents,
                                 Gradients *restrict g) {
    for (int64_t i = 0; i < count; i++) {
        float v = membranes[i], after = g->membrane[i], of_rest = after * n.decay;
        float spike = v > threshold ? 1.0f : 0.0f, beyond = v - threshold;
        float slope = derivative(&n, shape, beyond * scale, shape == DSPIKE ? tangents[i] : 0.0f);
        float of_distance = (reset == ZERO ? of_spikes[i] - of_rest * v : of_spikes[i]) * slope;
        float by_spike = of_distance * scale;
        float taken = reset == SUBTRACT ? of_rest * spike : reset == SUBTRACT_NEXT ? after * spike : 0.0f;
        float now = (reset == ZERO ? of_rest * (1.0f - spike) : of_rest) + by_spike;
        g->membrane[i] = now;
        g->bias[i] += now;
        g->threshold[i] -= by_spike + taken;
        g->scale[i] += of_distance * beyond;
    }
}

static inline void step_backward_of(const Neurons *n, int32_t shape, float threshold, float scale, int64_t count, const float *membranes,
                                    const float *of_spikes, const float *tangents, Gradients *g) {
    switch (n->reset) {
        case ZERO: step_backward(*n, shape, ZERO, threshold, scale, count, membranes, of_spikes, tangents, g); break;
        case SUBTRACT: step_backward(*n, shape, SUBTRACT, threshold, scale, count, membranes, of_spikes, tangents, g); break;
        default: step_backward(*n, shape, SUBTRACT_NEXT, threshold, scale, count, membranes, of_spikes, tangents, g);
    }
}

static inline double sum(int64_t count, const float *values) {
    double total = 0;
    for (int64_t i = 0; i < count; i++) total += values[i];
    return total;
}

static inline void put(int32_t add, int64_t count, const float *restrict membrane, float *restrict of_sums) {
    for (int64_t i = 0; i < count; i++) of_sums[i] = 64.0f * membrane[i] + (add ? of_sums[i] : 0.0f);
}

/* Gradients of the sums of the chosen rows, and of each row's bias, threshold and scale into of_constants [rows][3]; `inside`: what tanh
   made of their distances, where the surrogate is DSPIKE. */
void litesnn_chip_backward(const Neurons *n, const Channels *c, const Rows *r, const float *membranes, const float *of_spikes,
                           const float *inside, float *of_sums, double *of_constants) {
    Gradients g;
    float tangents[BLOCK];
    for (int64_t row = r->first; row < r->last; row++) {
        float threshold = c->threshold[row % c->channels], scale = c->scale[row % c->channels];
        double *of = of_constants + 3 * row;
        for (int64_t start = 0; start < r->places; start += BLOCK) {
            int64_t count = r->places - start < BLOCK ? r->places - start : BLOCK;
            size_t bytes = (size_t)count * sizeof(float);
            memset(g.membrane, 0, bytes), memset(g.bias, 0, bytes), memset(g.threshold, 0, bytes), memset(g.scale, 0, bytes);
            for (int64_t t = r->steps - 1; t >= 0; t--) {
                int64_t within = row * r->places + start, at = t * r->rows * r->places + within;
                const float *v = membranes + at, *given = of_spikes + at;
                switch (n->shape) {
                    case DSPIKE:
                        inside = spread_inside(n, count, v, threshold, scale, inside, tangents);
                        step_backward_of(n, DSPIKE, threshold, scale, count, v, given, tangents, &g);
                        break;
                    case TRIANGLE: step_backward_of(n, TRIANGLE, threshold, scale, count, v, given, NULL, &g); break;
                    default: step_backward_of(n, ARCTANGENT, threshold, scale, count, v, given, NULL, &g);
                }
                if (!r->held) put(0, count, g.membrane, of_sums + at);
                else put(t < r->steps - 1, count, g.membrane, of_sums + within);
            }
            of[0] += sum(count, g.bias), of[1] += sum(count, g.threshold), of[2] += sum(count, g.scale);
        }
    }
}
