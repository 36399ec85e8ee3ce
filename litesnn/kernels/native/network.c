/* Simulation of a network with spikes as bits and integer sums: a component (a population, or those of a loop) over all steps of some
   lanes. Called from litesnn/runtime/exact/native; what it is told stands in network.h. */
#include <stdlib.h>
#include <time.h>

#include "events.h"

#define SUM int8_t
#define NAMED(name) name##_8
#include "synapses.h"
#include "leaky.h"
#undef SUM
#undef NAMED
#define SUM int16_t
#define NAMED(name) name##_16
#define NARROW
#include "synapses.h"
#include "leaky.h"
#undef NARROW
#undef SUM
#undef NAMED
#define SUM int32_t
#define NAMED(name) name##_32
#include "synapses.h"
#include "leaky.h"
#undef SUM
#undef NAMED

/* What a population needs while a lane is computed. */
typedef struct {
    char *sums, *held; /* of a step, and of sources that send the same at every step */
    int32_t *u, *v, *potential;
    int64_t neurons, held_at; /* places * padded; the last step that `held` was asked for, -1: none yet */
    size_t bytes, beside;     /* of sums, and of what is added before the first one or behind the last */
} Room;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void add(const Synapses *s, const Population *p, const Sent *sents, int64_t lane, int64_t step, Events *events, char *sums) {
    switch (p->sum_bytes) {
        case 1: add_8(s, p, sents, lane, step, events, (int8_t *)sums); break;
        case 2: add_16(s, p, sents, lane, step, events, (int16_t *)sums); break;
        default: add_32(s, p, sents, lane, step, events, (int32_t *)sums);
    }
}

/* Only a source that is apart from others holds; what is sent once, at the only step there is, arrives like all else. */
static int holds(const Synapses *s, const Sent *sents) {
    const Sent *from = sents + s->reads[0].sent;
    return from->steps == 1 && from->lasts > 1;
}

static int sends(const Synapses *s, const Sent *sents, int64_t lane, int64_t step) {
    return sent_at(sents + s->reads[0].sent, lane, step - s->reads[0].shift) != NULL;
}

/* What arrives at a step from sources that hold what they send, into room->held; returns whether anything does. */
static int arrive_held(const Population *p, const Sent *sents, int64_t lane, int64_t step, Events *events, Room *room) {
    int held = 0, changed = room->held_at < 0;
    for (int32_t i = 0; i < p->count; i++) {
        const Synapses *s = p->synapses + i;
        if (!holds(s, sents)) continue;
        held |= sends(s, sents, lane, step);
        changed |= sends(s, sents, lane, step) != sends(s, sents, lane, room->held_at);
    }
    if (held && changed) {
        memset(room->held, 0, room->bytes);
        for (int32_t i = 0; i < p->count; i++) {
            if (holds(p->synapses + i, sents)) add(p->synapses + i, p, sents, lane, step, events, room->held);
        }
    }
    room->held_at = step;
    return held;
}

/* All that arrives at a step, into room->sums. */
static void arrive(const Population *p, const Sent *sents, int64_t lane, int64_t step, Events *events, Room *room) {
    if (arrive_held(p, sents, lane, step, events, room)) memcpy(room->sums, room->held, room->bytes);
    else memset(room->sums, 0, room->bytes);
    for (int32_t i = 0; i < p->count; i++) {
        if (!holds(p->synapses + i, sents)) add(p->synapses + i, p, sents, lane, step, events, room->sums);
    }
}

static void fire(const Population *p, Sent *sents, int64_t lane, int64_t step, Room *room, Counts *counts) {
    Sent *sent = sents + p->sent;
    int64_t places = (int64_t)p->height * p->width;
    uint64_t *bits = sent->bits + (lane * sent->steps + step) * places * sent->words;
    if (p->resets[step]) {
        if (room->u) memset(room->u, 0, (size_t)room->neurons * 4);
        memset(room->v, 0, (size_t)room->neurons * 4);
    }
    States states = {room->u, room->v, room->potential, p->threshold ? (uint8_t *)bits : NULL, 8 * sent->words};
    switch (p->sum_bytes) {
        case 1: neurons_8(p, (int8_t *)room->sums, states, counts); break;
        case 2: neurons_16(p, (int16_t *)room->sums, states, counts); break;
        default: neurons_32(p, (int32_t *)room->sums, states, counts);
    }
    int64_t events = 0;
    for (int64_t w = 0; w < places * sent->words; w++) events += spikes_in(bits[w]);
    counts->events += events;
}

/* Keep the registers after a step, where somebody asks. */
static void keep(const Population *p, int64_t lane, int64_t steps, int64_t step, const Room *room) {
    int64_t at = (lane * steps + step) * room->neurons;
    size_t bytes = (size_t)room->neurons * 4;
    if (p->currents) memcpy(p->currents + at, room->u, bytes);
    if (p->potentials) memcpy(p->potentials + at, room->potential, bytes);
    if (p->membranes) memcpy(p->membranes + at, room->v, bytes);
}

static void release_room(Room *room) {
    if (room->sums) free(room->sums - room->beside);
    if (room->held) free(room->held - room->beside);
    free(room->u), free(room->v), free(room->potential);
}

static void release_events(Events *events) {
    free(events->rows), free(events->values), free(events->starts), free(events->spread);
}

static void release(int32_t count, Room *rooms, Events *events) {
    for (int32_t i = 0; rooms && i < count; i++) {
        release_room(rooms + i);
    }
    free(rooms);
    release_events(events);
}

static void *aligned(int64_t bytes) {
    void *room = NULL;
    return posix_memalign(&room, 64, (size_t)(bytes + 64)) ? NULL : room;
}

/* Sums with what is added beside the map: a gap, and whole vectors. */
static char *sums_of(const Room *room) {
    char *sums = aligned((int64_t)(room->bytes + 2 * room->beside) + MOST_VECTORS * VECTOR_BYTES);
    return sums ? sums + room->beside : NULL;
}

static int make_rooms(const Population *component, int32_t count, const Sent *sents, Room *rooms, Events *events) {
    int64_t most = 1, places = 1, spread = 1;
    for (int32_t i = 0; i < count; i++) {
        const Population *p = component + i;
        Room *room = rooms + i;
        room->neurons = (int64_t)p->height * p->width * p->padded;
        room->bytes = (size_t)p->height * (size_t)(p->width + p->gap) * (size_t)(p->padded * p->sum_bytes);
        room->beside = ((size_t)p->gap * (size_t)(p->padded * p->sum_bytes) + 63) / 64 * 64;
        int remembers = p->current_memory || p->checked || p->currents;
        if (!(room->sums = sums_of(room)) || !(room->held = sums_of(room))) return 0;
        if (!(room->v = aligned(room->neurons * 4)) || (remembers && !(room->u = aligned(room->neurons * 4)))) return 0;
        if (p->potentials && !(room->potential = aligned(room->neurons * 4))) return 0;
        for (int32_t k = 0; k < p->count; k++) {
            const Synapses *s = p->synapses + k;
            const Sent *from = sents + s->reads[0].sent;
            int64_t size = (int64_t)from->height * from->width, sending = 0;
            for (int32_t r = 0; r < s->count; r++) sending += sents[s->reads[r].sent].channels;
            if (size > places) places = size;
            int64_t pooled = pooled_width(s, p, from) + (int64_t)from->height * p->width;
            if (s->kind == DEPTHWISE && pooled * p->padded * p->sum_bytes > spread) spread = pooled * p->padded * p->sum_bytes;
            if (size * (sending + QUAD) > most) most = size * (sending + QUAD);
        }
    }
    events->rows = malloc((size_t)(most + BEHIND) * 4);
    events->values = malloc((size_t)(most + BEHIND) * 4);
    events->starts = malloc((size_t)(places + 1) * 4);
    events->spread = aligned(spread);
    return events->rows && events->values && events->starts && events->spread;
}

int32_t litesnn_vector_bytes(void) { return VECTOR_BYTES; }

/* Sizes of the structures, to be compared with those of Python's. */
void litesnn_sizes(int64_t *sizes) {
    sizes[0] = sizeof(Sent), sizes[1] = sizeof(Read), sizes[2] = sizeof(Synapses), sizes[3] = sizeof(Population), sizes[4] = sizeof(Counts);
    sizes[5] = sizeof(Segment), sizes[6] = sizeof(Part);
}

/* Compute a component for `lanes` lanes of `steps` steps. Returns 0, or 1 where there was no memory. */
static int32_t run_component(const Population *component, int32_t count, Sent *sents, int64_t lanes, int64_t steps, Counts *counts, int32_t timed) {
    Events events = {0};
    Room *rooms = calloc((size_t)count, sizeof(Room));
    if (!rooms || !make_rooms(component, count, sents, rooms, &events)) {
        release(count, rooms, &events);
        return 1;
    }
    for (int64_t lane = 0; lane < lanes; lane++) {
        for (int32_t i = 0; i < count; i++) {
            Room *room = rooms + i;
            room->held_at = -1;
            memset(room->v, 0, (size_t)room->neurons * 4);
            if (room->u) memset(room->u, 0, (size_t)room->neurons * 4);
            if (room->potential) memset(room->potential, 0, (size_t)room->neurons * 4);
        }
        for (int64_t step = 0; step < steps; step++) {
            for (int32_t i = 0; i < count; i++) {
                const Population *p = component + i;
                if (p->computes[step]) {
                    int64_t start = timed ? now_ns() : 0;
                    arrive(p, sents, lane, step, &events, rooms + i);
                    int64_t arrived = timed ? now_ns() : 0;
                    fire(p, sents, lane, step, rooms + i, counts + i);
                    counts[i].synapses_ns += arrived - start;
                    counts[i].neurons_ns += timed ? now_ns() - arrived : 0;
                }
                keep(p, lane, steps, step, rooms + i);
            }
        }
    }
    release(count, rooms, &events);
    return 0;
}

/* Compute components of so many populations each, one after the other. */
int32_t litesnn_run(const Population *population, const int32_t *sizes, int32_t components, Sent *sents, int64_t lanes, int64_t steps,
                    Counts *counts, int32_t timed) {
    for (int32_t i = 0; i < components; population += sizes[i], counts += sizes[i], i++) {
        if (run_component(population, sizes[i], sents, lanes, steps, counts, timed)) return 1;
    }
    return 0;
}

#include "check.h"
