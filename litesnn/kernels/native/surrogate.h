/* What the neurons of training share: their constants, and the derivative of the surrogate of a spike. */
#ifndef LITESNN_SURROGATE_H
#define LITESNN_SURROGATE_H
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#define BLOCK 2048 /* neurons whose state is held at once: it stays in the first cache */
#define ROOM 16    /* numbers behind those inside a window that may be written or read: litesnn/search/fused/window.py */
enum { DSPIKE, TRIANGLE, ARCTANGENT };
enum { ZERO, SUBTRACT, SUBTRACT_NEXT };

/* The constants of neurons and of their surrogate gradient, in the order in which litesnn/kernels/neurons.py has them. */
typedef struct {
    float decay, threshold, window, first, second;
    int32_t shape, reset;
} Neurons;

static inline float magnitude(float x) { return x < 0 ? -x : x; }

#if defined(__AVX512F__)
/* (membrane - threshold) * scale of sixteen neurons. */
static inline __m512 sixteen_distances(const float *membranes, float threshold, float scale) {
    return _mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(membranes), _mm512_set1_ps(threshold)), _mm512_set1_ps(scale));
}

/* Which of sixteen distances are inside the window. */
static inline __mmask16 sixteen_inside(const Neurons *n, __m512 distances) {
    return _mm512_cmp_ps_mask(_mm512_abs_ps(distances), _mm512_set1_ps(n->window), _CMP_LT_OQ);
}
#endif

/* Dspike's slope is 0 outside of its window, where two thirds of the neurons are: torch's tanh is asked for what lies inside alone.
   Append `factor * distance` of such neurons of a block, whose distances are (membrane - threshold) * scale; returns where to go on. */
static inline float *gather_inside(const Neurons *n, int64_t count, const float *membranes, float threshold, float scale, float factor,
                                   float *inside) {
    int64_t i = 0;
#if defined(__AVX512F__)
    for (; i + 16 <= count; i += 16) {
        __m512 distance = sixteen_distances(membranes + i, threshold, scale);
        __mmask16 within = sixteen_inside(n, distance);
        _mm512_storeu_ps(inside, _mm512_maskz_compress_ps(within, _mm512_mul_ps(_mm512_set1_ps(factor), distance)));
        inside += __builtin_popcount(within);
    }
#endif
    for (; i < count; i++) {
        float distance = (membranes[i] - threshold) * scale;
        *inside = factor * distance;
        inside += magnitude(distance) < n->window;
    }
    return inside;
}

/* Put what was made of them back to a block's neurons, 0 for those outside; returns where the next block's begin. */
static inline const float *spread_inside(const Neurons *n, int64_t count, const float *membranes, float threshold, float scale,
                                         const float *inside, float *tangents) {
    int64_t i = 0;
#if defined(__AVX512F__)
    for (; i + 16 <= count; i += 16) {
        __mmask16 within = sixteen_inside(n, sixteen_distances(membranes + i, threshold, scale));
        _mm512_storeu_ps(tangents + i, _mm512_maskz_expand_ps(within, _mm512_loadu_ps(inside)));
        inside += __builtin_popcount(within);
    }
#endif
    for (; i < count; i++) {
        int within = magnitude((membranes[i] - threshold) * scale) < n->window;
        tangents[i] = within ? *inside : 0.0f;
        inside += within;
    }
    return inside;
}

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
