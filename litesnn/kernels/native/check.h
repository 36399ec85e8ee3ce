/* The self-test: vectors against plain loops, on drawn numbers. A compiler or a processor that computes anything else is not used. */

static uint64_t drawn_state;

static uint32_t drawn(uint32_t below) {
    drawn_state = drawn_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(drawn_state >> 33) % below;
}

enum { CHECK_CHANNELS = 70, CHECK_WORDS = 2, CHECK_H = 5, CHECK_W = 4, CHECK_OUT = 37, CHECK_PADDED = 64, CHECK_WINDOWS = 3 * VECTOR_BYTES / 8 };

static int64_t plain_decay(int64_t x, int64_t memory) { return x < 0 ? -((-x * memory) >> 12) : (x * memory) >> 12; }

/* Neurons of which nothing but spikes and membranes is kept, whose products fit. */
static int check_plain_neurons(void) {
    int32_t bias[CHECK_PADDED], threshold[CHECK_PADDED], v[CHECK_PADDED], old_v[CHECK_PADDED], sums[CHECK_PADDED];
    uint64_t bits = 0;
    Counts counts = {0};
    Population p = {.bias = bias, .threshold = threshold, .channels = CHECK_PADDED, .height = 1, .width = 1, .padded = CHECK_PADDED};
    p.scale = 64, p.top = p.accumulator_limit = INT32_MAX, p.small = 1;
    for (int round = 0; round < 100; round++) {
        p.memory = (int32_t)drawn(4097), p.padded = round % 2 ? CHECK_PADDED : CHECK_PADDED - GROUP;
        for (int c = 0; c < CHECK_PADDED; c++) {
            sums[c] = (int32_t)drawn(6000) - 3000, bias[c] = (int32_t)drawn(20000) - 10000, threshold[c] = (int32_t)drawn(1 << 18);
            v[c] = old_v[c] = (int32_t)drawn(1 << 20) - (1 << 19);
        }
        bits = 0;
        neurons_32(&p, sums, (States){NULL, v, NULL, (uint8_t *)&bits, 8}, &counts);
        for (int c = 0; c < p.padded; c++) {
            int64_t membrane = plain_decay(old_v[c], p.memory) + (int64_t)sums[c] * p.scale + bias[c];
            int fires = membrane > threshold[c];
            if (v[c] != (fires ? 0 : membrane) || (int)(bits >> c & 1) != fires) return 0;
        }
    }
    return 1;
}

static int check_neurons(void) {
    int32_t bias[CHECK_PADDED], threshold[CHECK_PADDED], u[CHECK_PADDED], v[CHECK_PADDED], old_u[CHECK_PADDED], old_v[CHECK_PADDED];
    int32_t sums[CHECK_PADDED], memories[CHECK_PADDED], current_memories[CHECK_PADDED];
    uint64_t bits = 0;
    Counts counts = {0};
    Population p = {.bias = bias, .threshold = threshold, .channels = CHECK_PADDED, .height = 1, .width = 1, .padded = CHECK_PADDED};
    p.scale = 64, p.top = p.accumulator_limit = INT32_MAX;
    for (int round = 0; round < 200; round++) {
        int each = round % 4 > 1;
        p.current_memory = (int32_t)drawn(4097), p.memory = (int32_t)drawn(4097), p.checked = round % 2;
        p.reset = round / 4 % 4, p.subtracted = threshold;
        p.memories = each ? memories : NULL, p.current_memories = each ? current_memories : NULL;
        for (int c = 0; c < CHECK_PADDED; c++) {
            sums[c] = (int32_t)drawn(60000) - 30000, bias[c] = (int32_t)drawn(20000) - 10000, threshold[c] = (int32_t)drawn(1 << 22);
            memories[c] = (int32_t)drawn(4097), current_memories[c] = (int32_t)drawn(4097);
            u[c] = old_u[c] = (int32_t)drawn(1 << 22) - (1 << 21), v[c] = old_v[c] = (int32_t)drawn(1 << 23) - (1 << 22);
        }
        neurons_32(&p, sums, (States){u, v, NULL, (uint8_t *)&bits, 8}, &counts);
        for (int c = 0; c < CHECK_PADDED; c++) {
            int64_t current = plain_decay(old_u[c], each ? current_memories[c] : p.current_memory) + (int64_t)sums[c] * p.scale;
            int64_t membrane = plain_decay(old_v[c], each ? memories[c] : p.memory) + current + bias[c];
            if (p.reset == SUBTRACT_NEXT && old_v[c] > threshold[c]) membrane -= threshold[c];
            if (p.checked && membrane > STATE_MAX) membrane = STATE_MAX;
            if (p.checked && membrane < -STATE_MAX) membrane = -STATE_MAX;
            int fires = membrane > threshold[c];
            int64_t left = fires && p.reset == TO_ZERO ? 0 : fires && p.reset == SUBTRACT ? membrane - threshold[c] : membrane;
            if (u[c] != current || v[c] != left || (int)(bits >> c & 1) != fires) return 0;
        }
    }
    return 1;
}

/* The parts of windows of 3 x 2 at every second line, from rows of weights [ky][kx][channel][padded]. */
static void check_parts(Synapses *s, const Population *p, const char *rows, char *weights, Part *parts, Segment *segments) {
    int64_t bytes = p->sum_bytes, place = p->padded * bytes, lanes = VECTOR_BYTES / bytes;
    int32_t vectors = (int32_t)((2 * place + VECTOR_BYTES - 1) / VECTOR_BYTES);
    int32_t segment_bytes = (s->narrow ? (vectors + 1) / 2 : vectors) * VECTOR_BYTES;
    s->parts = parts, s->part_count = 2;
    for (int down = 0; down < 2; down++) {
        int32_t count = 2 - down, row_bytes = count * segment_bytes;
        parts[down] = (Part){segments, weights, count, vectors, down, 0};
        memset(weights, 0, (size_t)((s->channels + 1) * row_bytes));
        for (int64_t line = 0; line < count; line++) {
            *segments++ = (Segment){-(line * (p->width + p->gap) + 1) * place, line};
            for (int64_t i = 0; i < 2 * (int64_t)s->channels * p->padded; i++) {
                int64_t kx = i / p->padded / s->channels, c = i / p->padded % s->channels, sum = (1 - kx) * p->padded + i % p->padded;
                const char *from = rows + ((2 * line + down) * 2 * s->channels * p->padded + i) * bytes;
                char *to = weights + c * row_bytes + line * segment_bytes;
                if (s->narrow) to[sum / lanes / 2 * VECTOR_BYTES + sum % lanes * 2 + sum / lanes % 2] = *from;
                else memcpy(to + sum * bytes, from, (size_t)bytes);
            }
        }
        weights += (s->channels + 1) * row_bytes;
    }
}

/* One geometry into sums of `bytes`, from spikes or graded values; `expected` are the sums of plain loops. `straight`: 0,
   or one layer whose sources begin at that target; `narrow`: see Synapses. */
static int check_sums(int32_t kind, int32_t bytes, int graded, int straight, int narrow) {
    enum { PLACES = CHECK_H * CHECK_W, OUT_H = 3, OUT_W = 5, ROWS = PLACES * CHECK_CHANNELS, SYNAPSES = 300 };
    static char weights[ROWS * CHECK_PADDED * 4] __attribute__((aligned(64))), laid[2 * ROWS * CHECK_PADDED] __attribute__((aligned(64)));
    static int64_t expected[OUT_H * OUT_W * CHECK_PADDED], index[ROWS + 1];
    static int32_t values[ROWS], targets[SYNAPSES > 2 * CHECK_PADDED ? SYNAPSES : 2 * CHECK_PADDED];
    uint64_t bits[PLACES * CHECK_WORDS] = {0}, mask[CHECK_WORDS] = {~0ull, ~0ull};
    int windows = kind == WINDOWS || kind == DEPTHWISE;
    Read read = {.mask = mask};
    Synapses s = {.reads = &read, .weights = weights, .index = index, .targets = targets, .kind = kind, .count = 1};
    s.begin = straight ? 2 * GROUP : 0, s.end = straight ? CHECK_PADDED : 0, s.first = straight, s.narrow = narrow, s.channels = kind != DEPTHWISE ? CHECK_CHANNELS : straight ? 1 : 2, s.kernel_h = 3, s.kernel_w = 2, s.stride_h = 2, s.stride_w = 1, s.pad_h = 1, s.pad_w = 1;
    Sent sent = {.bits = bits, .values = graded ? values : NULL, .steps = 1, .lasts = 1, .channels = CHECK_CHANNELS};
    sent.height = CHECK_H, sent.width = CHECK_W, sent.words = CHECK_WORDS;
    Population p = {.synapses = &s, .count = 1, .channels = CHECK_OUT, .padded = kind == WINDOWS ? CHECK_WINDOWS : CHECK_PADDED, .sum_bytes = bytes};
    p.height = windows ? OUT_H : 1, p.width = windows ? OUT_W : 1, p.gap = windows;
    int padded = p.padded;
    Part parts[2];
    Segment segments[3];
    Room room;
    Events events = {0};
    memset(&room, 0, sizeof room), memset(expected, 0, sizeof expected);
    for (int i = 0; i < ROWS; i++) {
        values[i] = drawn(4) ? 0 : graded ? (int32_t)drawn(7) - 3 : 1;
        if (values[i] && !graded) bits[i / CHECK_CHANNELS * CHECK_WORDS + i % CHECK_CHANNELS / 64] |= 1ull << (i % CHECK_CHANNELS % 64);
    }
#define WEIGHT(i) (bytes == 1 ? ((int8_t *)weights)[i] : bytes == 2 ? ((int16_t *)weights)[i] : ((int32_t *)weights)[i])
    for (int i = 0; i < ROWS * CHECK_PADDED; i++) {
        int32_t weight = (int32_t)drawn(5) - 2;
        if (bytes == 1) ((int8_t *)weights)[i] = (int8_t)weight;
        else if (bytes == 2) ((int16_t *)weights)[i] = (int16_t)weight;
        else ((int32_t *)weights)[i] = weight;
    }
    for (int i = 0; i < 2 * CHECK_PADDED; i++) targets[i] = !straight ? (int32_t)drawn(CHECK_CHANNELS + 1) - 1 : i >= straight && i - straight < CHECK_CHANNELS ? i - straight : -1;
    for (int i = 0; kind == SPARSE && i < SYNAPSES; i++) targets[i] = (int32_t)drawn(CHECK_OUT);
    for (int i = 0; i <= ROWS; i++) index[i] = (int64_t)i * SYNAPSES / ROWS;
    for (int y = 0; y < CHECK_H; y++)
        for (int x = 0; x < CHECK_W; x++)
            for (int c = 0; c < CHECK_CHANNELS; c++) {
                int place = y * CHECK_W + x, neuron = place * CHECK_CHANNELS + c, value = values[neuron];
                if (kind == ALL) for (int o = 0; o < CHECK_PADDED; o++) expected[o] += value * WEIGHT(neuron * CHECK_PADDED + o);
                if (kind == SPARSE) for (int64_t i = index[neuron]; i < index[neuron + 1]; i++) expected[targets[i]] += value * WEIGHT(i);
                for (int oy = 0; windows && oy < OUT_H; oy++)
                    for (int ox = 0; ox < OUT_W; ox++) {
                        int ky = y - oy * s.stride_h + s.pad_h, kx = x - ox * s.stride_w + s.pad_w;
                        if (ky < 0 || ky >= s.kernel_h || kx < 0 || kx >= s.kernel_w) continue;
                        int64_t *place_sums = expected + (oy * OUT_W + ox) * padded;
                        for (int o = 0; kind == WINDOWS && o < padded; o++)
                            place_sums[o] += value * WEIGHT(((ky * s.kernel_w + kx) * CHECK_CHANNELS + c) * padded + o);
                        for (int i = 0; kind == DEPTHWISE && i < s.channels * CHECK_PADDED; i++)
                            if (targets[i] == c) place_sums[i % CHECK_PADDED] += value * WEIGHT(i);
                    }
            }
#undef WEIGHT
    if (kind == WINDOWS) check_parts(&s, &p, weights, laid, parts, segments);
    int right = make_rooms(&p, 1, &sent, &room, &events);
    if (right) memset(room.sums, 0, room.bytes), add(&s, &p, &sent, 0, 0, &events, room.sums);
    for (int i = 0; right && i < p.height * p.width * padded; i++) {
        int at = i + i / (p.width * padded) * p.gap * padded;
        if (bytes == 1) right = ((int8_t *)room.sums)[at] == (int8_t)expected[i];
        else if (bytes == 2) right = ((int16_t *)room.sums)[at] == (int16_t)expected[i];
        else right = ((int32_t *)room.sums)[at] == (int32_t)expected[i];
    }
    release_room(&room), release_events(&events);
    return right;
}

/* 1 where vectors give what plain loops give. */
int32_t litesnn_check(void) {
    drawn_state = 1;
    int right = check_neurons() && check_plain_neurons();
    for (int32_t kind = WINDOWS; kind <= SPARSE; kind++) {
        for (int32_t bytes = 1; bytes <= 4; bytes *= 2) {
            right = right && check_sums(kind, bytes, 0, 0, 0) && check_sums(kind, bytes, 1, 0, 0);
            if (kind == DEPTHWISE) right = right && check_sums(kind, bytes, 0, 16, 0) && check_sums(kind, bytes, 0, 19, 0);
            if (kind == WINDOWS && bytes == 2) right = right && check_sums(kind, bytes, 0, 0, 1);
        }
    }
    return right;
}
