/* Leaky integrate-and-fire neurons in float32 over all steps at once, forward and backward, for training. Called from litesnn/search/fused.

   u = decay * rest + current, spike where u > threshold, rest = u * (1 - spike); rest is 0 before the first step. With SUBTRACT rest =
   u - threshold * spike; with SUBTRACT_NEXT rest = u, and the next u is less by the threshold where rest > threshold. Every operation and
   its order are those of litesnn/search/model/neurons.py and of torch's gradients of it, each rounded by itself (-ffp-contract=off), so
   that results are the same to the last bit. Arrays are [steps][neurons] but where another shape is given. */
#include "surrogate.h"

/* One step of some neurons. */
static inline void step_forward(float decay, float threshold, int32_t reset, int64_t count, const float *restrict current,
                                float *restrict rest, float *restrict spikes, float *restrict membranes) {
    for (int64_t i = 0; i < count; i++) {
        float u = decay * rest[i] + current[i];
        if (reset == SUBTRACT_NEXT) u = u - (rest[i] > threshold ? threshold : 0.0f);
        float spike = u > threshold ? 1.0f : 0.0f;
        membranes[i] = u;
        spikes[i] = spike;
        rest[i] = reset == ZERO ? u * (1.0f - spike) : reset == SUBTRACT ? u - threshold * spike : u;
    }
}

/* Spikes, and where asked for membranes before the reset; `held`: current is [neurons] and the same at every step. */
void litesnn_leaky_forward(const Neurons *n, const float *current, int32_t held, int64_t steps, int64_t neurons, float *spikes,
                           float *membranes) {
    float rest[BLOCK], unkept[BLOCK];
    for (int64_t start = 0; start < neurons; start += BLOCK) {
        int64_t count = neurons - start < BLOCK ? neurons - start : BLOCK;
        memset(rest, 0, sizeof rest);
        for (int64_t t = 0; t < steps; t++) {
            int64_t at = t * neurons + start;
            const float *given = current + (held ? start : at);
            float *kept = membranes ? membranes + at : unkept;
            switch (n->reset) {
                case ZERO: step_forward(n->decay, n->threshold, ZERO, count, given, rest, spikes + at, kept); break;
                case SUBTRACT: step_forward(n->decay, n->threshold, SUBTRACT, count, given, rest, spikes + at, kept); break;
                default: step_forward(n->decay, n->threshold, SUBTRACT_NEXT, count, given, rest, spikes + at, kept);
            }
        }
    }
}

/* factor * (membrane - threshold) of the neurons from `first` that are inside the window, in the order of the way back; returns how many. */
int64_t litesnn_leaky_distances(const Neurons *n, const float *membranes, int64_t steps, int64_t neurons, int64_t first, int64_t total,
                                float factor, float *inside) {
    float *next = inside;
    for (int64_t start = 0; start < total; start += BLOCK) {
        int64_t count = total - start < BLOCK ? total - start : BLOCK;
        for (int64_t t = steps - 1; t >= 0; t--) {
            next = gather_inside(n, count, membranes + t * neurons + first + start, n->threshold, 1.0f, factor, next);
        }
    }
    return next - inside;
}

/* One step of some neurons; `after` is the gradient of their membranes of the step after, and becomes that of this step. */
static inline void step_backward(Neurons n, int32_t shape, int32_t detached, int64_t count, const float *restrict membranes,
                                 const float *restrict of_spikes, const float *restrict tangents, float *restrict after) {
    for (int64_t i = 0; i < count; i++) {
        float u = membranes[i], of_rest = after[i] * n.decay;
        float slope = derivative(&n, shape, u - n.threshold, shape == DSPIKE ? tangents[i] : 0.0f);
        float kept = u > n.threshold ? 0.0f : 1.0f;
        after[i] = detached ? of_rest + of_spikes[i] * slope : of_rest * kept + (of_spikes[i] - of_rest * u) * slope;
    }
}

/* The same for one surrogate; subtractions are detached. */
static inline void step_backward_of(const Neurons *n, int32_t shape, int64_t count, const float *membranes, const float *of_spikes,
                                    const float *tangents, float *after) {
    if (n->reset == ZERO) step_backward(*n, shape, 0, count, membranes, of_spikes, tangents, after);
    else step_backward(*n, shape, 1, count, membranes, of_spikes, tangents, after);
}

static inline void add(int64_t count, const float *restrict values, float *restrict to) {
    for (int64_t i = 0; i < count; i++) to[i] += values[i];
}

/* Gradient of the currents of `total` neurons from `first`; `inside`: what tanh made of their distances, where the surrogate is DSPIKE. */
void litesnn_leaky_backward(const Neurons *n, const float *membranes, const float *of_spikes, const float *inside, int32_t held,
                            int64_t steps, int64_t neurons, int64_t first, int64_t total, float *of_current) {
    float after[BLOCK], tangents[BLOCK];
    for (int64_t start = 0; start < total; start += BLOCK) {
        int64_t count = total - start < BLOCK ? total - start : BLOCK;
        size_t bytes = (size_t)count * sizeof(float);
        memset(after, 0, sizeof after);
        if (held) memset(of_current + first + start, 0, bytes);
        for (int64_t t = steps - 1; t >= 0; t--) {
            int64_t at = t * neurons + first + start;
            const float *u = membranes + at, *given = of_spikes + at;
            switch (n->shape) {
                case DSPIKE:
                    inside = spread_inside(n, count, u, n->threshold, 1.0f, inside, tangents);
                    step_backward_of(n, DSPIKE, count, u, given, tangents, after);
                    break;
                case TRIANGLE: step_backward_of(n, TRIANGLE, count, u, given, NULL, after); break;
                default: step_backward_of(n, ARCTANGENT, count, u, given, NULL, after);
            }
            if (held) add(count, after, of_current + first + start);
            else memcpy(of_current + at, after, bytes);
        }
    }
}
