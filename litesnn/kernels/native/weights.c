/* Weights as a quantizer makes them, and the way back, for training. Called from litesnn/search/fused.

   value = code * mask * worth, the code being an odd integer of at most `bits` bits and `worth` what code 1 stands for. Every operation and
   its order are those of litesnn/search/quantizer and litesnn/search/model/coded.py, in the same types, and of torch's gradients of them,
   so that results are the same to the last bit. Arrays are [rows][columns]; a row is an output channel. */
#include <stdint.h>

enum { NEAREST, RESCALED };
enum { IDENTITY, SCALED, CLIPPED };

/* A quantizer and the rows to compute, in the order in which litesnn/kernels/weights.py has them. */
typedef struct {
    const double *step, *worth; /* [rows], or one for all */
    const uint8_t *mask;        /* NULL where everything is kept */
    int64_t columns, first, last;
    int32_t bits, method, straight, per_row;
} Quantizer;

#define WHOLE 0x1.8p52 /* added and taken away, it leaves the nearest whole number, the even one of two; beyond 2^51 codes are clipped anyway */
#define WHOLE_FLOAT 0x1p23f

/* The odd code nearest to w / step: LitE-SNN's, rounded in double. NaN stays. */
static inline double nearest(float weight, double step, double limit) {
    double code = 2.0 * ((((double)weight / step + 0.5) + WHOLE) - WHOLE) - 1.0;
    code = code < -limit ? -limit : code;
    return code > limit ? limit : code;
}

/* QP-SNN's: the rank of a magnitude, rounded up, in float. NaN stays. */
static inline double rescaled(float weight, float step, float levels) {
    float place = (weight < 0 ? -weight : weight) / step;
    place = place < 1.0f ? 1.0f : place;
    place = place > levels ? levels : place;
    float whole = (place + WHOLE_FLOAT) - WHOLE_FLOAT, rank = whole < place ? whole + 1.0f : whole;
    return weight < 0 ? 1.0f - 2.0f * rank : 2.0f * rank - 1.0f;
}

static inline double code_of(int32_t method, float weight, double step, int32_t bits) {
    if (method == NEAREST) return nearest(weight, step, (double)((1 << bits) - 1));
    float fine = (float)step;
    return rescaled(weight, fine < 0x1p-126f ? 0x1p-126f : fine, (float)(1 << (bits - 1)));
}

static inline void row_forward(int32_t method, int32_t bits, double step, double worth, int64_t count, const float *restrict weight,
                               const uint8_t *restrict mask, float *restrict values) {
    for (int64_t i = 0; i < count; i++) {
        double code = code_of(method, weight[i], step, bits);
        values[i] = (float)((mask ? code * (double)mask[i] : code) * worth);
    }
}

/* Values of the rows. */
void litesnn_weights_forward(const Quantizer *q, const float *weight, float *values) {
    for (int64_t row = q->first; row < q->last; row++) {
        int64_t at = row * q->columns, place = q->per_row ? row : 0;
        double step = q->step[place], worth = q->worth[place];
        const uint8_t *mask = q->mask ? q->mask + at : 0;
        if (q->method == NEAREST) row_forward(NEAREST, q->bits, step, worth, q->columns, weight + at, mask, values + at);
        else row_forward(RESCALED, q->bits, step, worth, q->columns, weight + at, mask, values + at);
    }
}

static inline void row_backward(int32_t straight, double step, double gamma, double worth, int64_t count, const float *restrict weight,
                                const uint8_t *restrict mask, const float *restrict of_values, float *restrict of_weight) {
    double half = step / 2;
    for (int64_t i = 0; i < count; i++) {
        double gradient = (double)of_values[i] * worth;
        if (mask) gradient = gradient * (double)mask[i];
        gradient = gradient / half;
        if (straight == SCALED) gradient = gradient / gamma;
        if (straight == CLIPPED) gradient = (double)(weight[i] < 0 ? -weight[i] : weight[i]) <= gamma ? gradient : 0.0;
        of_weight[i] = (float)gradient;
    }
}

static inline void row_of_mask(int32_t method, int32_t bits, double step, double worth, int64_t count, const float *restrict weight,
                               const float *restrict of_values, float *restrict of_mask) {
    for (int64_t i = 0; i < count; i++) of_mask[i] = (float)((double)of_values[i] * worth * code_of(method, weight[i], step, bits));
}

/* Gradients of the rows' weights, and of the mask where asked for. */
void litesnn_weights_backward(const Quantizer *q, const float *weight, const float *of_values, float *of_weight, float *of_mask) {
    for (int64_t row = q->first; row < q->last; row++) {
        int64_t at = row * q->columns, count = q->columns, place = q->per_row ? row : 0;
        double step = q->step[place], worth = q->worth[place], gamma = step * ((double)((1 << q->bits) - 1) / 2);
        const uint8_t *mask = q->mask ? q->mask + at : 0;
        const float *w = weight + at, *given = of_values + at;
        switch (q->straight) {
            case IDENTITY: row_backward(IDENTITY, step, gamma, worth, count, w, mask, given, of_weight + at); break;
            case SCALED: row_backward(SCALED, step, gamma, worth, count, w, mask, given, of_weight + at); break;
            default: row_backward(CLIPPED, step, gamma, worth, count, w, mask, given, of_weight + at);
        }
        if (of_mask && q->method == NEAREST) row_of_mask(NEAREST, q->bits, step, worth, count, w, given, of_mask + at);
        else if (of_mask) row_of_mask(RESCALED, q->bits, step, worth, count, w, given, of_mask + at);
    }
}
