/* A mixture of quantized weights over candidate widths, masked, and the way back, for searches. Called from litesnn/search/fused.

   W_out = mask * sum_j p_j * Q_j(W), Q_j the odd code of `bits[j]` bits nearest to W / step, times step / 2. Every operation and its order
   are those of litesnn/search/quantizer/mixture.py in float32, so that results are the same to the last bit. Arrays are [rows][columns]. */
#include <stdint.h>

#define MOST_WIDTHS 8
#define WHOLE 0x1.8p23f /* added and taken away, it leaves the nearest whole number, the even one of two; beyond 2^22 codes are clipped anyway */

/* A mixture and the part to compute, values begin .. end - 1 of one row, in the order in which litesnn/kernels/mixtures.py has them. */
typedef struct {
    const float *step;        /* [widths][rows] */
    const float *probability; /* [widths] */
    const uint8_t *mask;
    int64_t rows, columns, row, begin, end;
    int32_t widths, bits[MOST_WIDTHS];
} Mixture;

/* NaN stays. */
static inline float quantized(float weight, float step, float limit) {
    float code = 2.0f * (((weight / step + 0.5f) + WHOLE) - WHOLE) - 1.0f;
    code = code < -limit ? -limit : code;
    code = code > limit ? limit : code;
    return code * (step / 2);
}

static inline float limit_of(const Mixture *m, int32_t width) { return (float)((1 << m->bits[width]) - 1); }
static inline float step_of(const Mixture *m, int32_t width) { return m->step[width * m->rows + m->row]; }

/* The first width sets the sums, the others add to them. */
static void sum_of_widths(const Mixture *m, int64_t count, const float *restrict weight, float *restrict sums) {
    for (int32_t width = 0; width < m->widths; width++) {
        float step = step_of(m, width), share = m->probability[width], limit = limit_of(m, width);
        if (width == 0)
            for (int64_t i = 0; i < count; i++) sums[i] = quantized(weight[i], step, limit) * share;
        else
            for (int64_t i = 0; i < count; i++) sums[i] = sums[i] + quantized(weight[i], step, limit) * share;
    }
}

/* W_out of the part. */
void litesnn_mixture_forward(const Mixture *m, const float *weight, float *mixed) {
    int64_t at = m->row * m->columns + m->begin, count = m->end - m->begin;
    float *restrict out = mixed + at;
    const uint8_t *restrict mask = m->mask + at;
    sum_of_widths(m, count, weight + at, out);
    for (int64_t i = 0; i < count; i++) out[i] = out[i] * (float)mask[i];
}

/* Gradients of the part's weights; of its scores, and the products that sum to those of the probabilities ([widths][rows][columns]), where
   asked for. */
void litesnn_mixture_backward(const Mixture *m, const float *weight, const float *score, const float *given, float *of_weight,
                              float *of_score, float *products) {
    int64_t at = m->row * m->columns + m->begin, count = m->end - m->begin;
    const float *restrict w = weight + at, *restrict s = score + at, *restrict g = given + at;
    const uint8_t *restrict mask = m->mask + at;
    float *restrict masked = of_weight + at;
    for (int64_t i = 0; i < count; i++) masked[i] = g[i] * (float)mask[i];
    if (of_score) {
        float *restrict out = of_score + at;
        sum_of_widths(m, count, w, out);
        for (int64_t i = 0; i < count; i++) out[i] = out[i] * g[i] * (float)((s[i] > 0) - (s[i] < 0));
    }
    for (int32_t width = 0; products && width < m->widths; width++) {
        float step = step_of(m, width), limit = limit_of(m, width);
        float *restrict out = products + width * m->rows * m->columns + at;
        for (int64_t i = 0; i < count; i++) out[i] = masked[i] * quantized(w[i], step, limit);
    }
}
