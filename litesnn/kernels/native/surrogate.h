/* What the neurons of training share: their constants, and the derivative of the surrogate of a spike. */
#ifndef LITESNN_SURROGATE_H
#define LITESNN_SURROGATE_H
#include <stdint.h>
#include <string.h>

#define BLOCK 2048 /* neurons whose state is held at once: it stays in the first cache */
enum { DSPIKE, TRIANGLE, ARCTANGENT };
enum { ZERO, SUBTRACT, SUBTRACT_NEXT };

/* The constants of neurons and of their surrogate gradient, in the order in which litesnn/kernels/neurons.py has them. */
typedef struct {
    float decay, threshold, window, first, second;
    int32_t shape, reset;
} Neurons;

static inline float magnitude(float x) { return x < 0 ? -x : x; }

/* Derivative of the surrogate at a distance from the threshold; `tangent` is what tanh made of it (DSPIKE). */
static inline float derivative(const Neurons *n, int32_t shape, float distance, float tangent) {
    if (shape == DSPIKE) return n->first * (1.0f - tangent * tangent) * (magnitude(distance) < n->window ? 1.0f : 0.0f);
    if (shape == TRIANGLE) {
        float left = n->first - magnitude(distance);
        return (left < 0 ? 0.0f : left) / n->second;
    }
    float wide = n->second * distance;
    return 1.0f / (1.0f + wide * wide) * n->first;
}
#endif
