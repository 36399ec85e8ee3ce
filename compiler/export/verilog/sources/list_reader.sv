// Reads lists of synapses from memory, bit by bit as docs/image.md has it: a synapse per cycle.
//
// A job names the list, the neuron of target 0, neurons per target, and the message. While a list is read, the pointers of the next
// are fetched. Bits come from two words: `low`, and `word`, which the memory shows.
module list_reader #(
    parameter LOAD = 0,
    parameter FOLDER = "core00"
) (
    input  logic                clk,
    input  logic                reset,
    input  logic                job_valid,
    output logic                job_ready,
    input  image_pkg::job_t     job,
    output logic                synapse_valid,
    output image_pkg::synapse_t synapse,
    output logic                busy
);
    localparam int WORD = image_pkg::WORD_BITS;
    localparam int WORD_AT = image_pkg::WORD_AT_BITS;
    localparam int ENTRY_AT = image_pkg::ENTRY_AT_BITS;
    localparam int COUNT = image_pkg::COUNT_BITS;
    localparam int TARGET = image_pkg::TARGET_BITS;
    localparam int DELAY = image_pkg::DELAY_BITS;
    localparam int OFFSET_BITS = $clog2(2 * WORD + 1);
    localparam int LEFT_BITS = WORD_AT + $clog2(WORD) + 1;
    localparam int HEADER_BITS = image_pkg::HEADER_BITS;
    localparam int CODE_BITS = 9;
    localparam int PRODUCT_BITS = CODE_BITS + image_pkg::PAYLOAD_BITS;

    typedef enum logic [1:0] {
        FREE,
        FIRST,
        LAST,
        FOUND
    } fetch_t;
    typedef enum logic [1:0] {
        IDLE,
        HEADER,
        PREFIX,
        SYNAPSE
    } state_t;
    fetch_t fetch;
    state_t state;

    // Pointers of the next list.
    image_pkg::job_t next_job, held;
    logic [WORD_AT-1:0] pointer, next_from, next_to;
    logic [ENTRY_AT-1:0] entry_pointer, next_entry, next_entry_end, entry, entry_end;
    logic [image_pkg::LIST_AT_BITS-1:0] list_at;
    logic pointing, starts, ends, skips;

    // The list that is read.
    logic [WORD-1:0] low, word, bits_here;
    logic [WORD_AT-1:0] word_at, words_left;
    logic [OFFSET_BITS-1:0] offset, after, available, need, used;
    logic [LEFT_BITS-1:0] left;
    logic low_here, word_here, shifts, word_reading, enough, first, header_used, unused;
    logic [COUNT-1:0] high, count;
    logic [3:0] id;
    image_pkg::format_t form;
    logic [TARGET-1:0] target, step, next_target;
    logic [CODE_BITS-1:0] raw;
    logic signed [CODE_BITS-1:0] code;
    logic [DELAY-1:0] delay;

    assign unused = ^held.list_id;
    assign job_ready = fetch == FREE;
    assign pointing = (fetch == FREE && job_valid) || fetch == FIRST;
    assign list_at = (fetch == FREE) ? job.list_id : next_job.list_id + 1'b1;
    assign skips = fetch == FOUND && next_from == next_to;
    assign starts = fetch == FOUND && !skips && (state == IDLE || ends);

    rom #(
        .WIDTH(WORD_AT),
        .DEPTH(image_pkg::LISTS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/lists.hex"})
    ) lists (
        .clk(clk),
        .reading(pointing),
        .read_at(list_at),
        .value(pointer)
    );
    rom #(
        .WIDTH(ENTRY_AT),
        .DEPTH(image_pkg::LISTS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/entries.hex"})
    ) entries (
        .clk(clk),
        .reading(pointing),
        .read_at(list_at),
        .value(entry_pointer)
    );
    rom #(
        .WIDTH(COUNT),
        .DEPTH(image_pkg::ENTRIES),
        .LOAD(LOAD),
        .FILE({FOLDER, "/high.hex"})
    ) counts (
        .clk(clk),
        .reading(starts || header_used),
        .read_at(starts ? next_entry : entry + 1'b1),
        .value(high)
    );
    rom #(
        .WIDTH(WORD),
        .DEPTH(image_pkg::WORDS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/words.hex"})
    ) words (
        .clk(clk),
        .reading(word_reading),
        .read_at(starts ? next_from : word_at),
        .value(word)
    );
    rom #(
        .WIDTH(image_pkg::FORMAT_WIDTH),
        .DEPTH(16),
        .LOAD(LOAD),
        .FILE({FOLDER, "/formats.hex"})
    ) formats (
        .clk(clk),
        .reading(header_used),
        .read_at(id),
        .value(form)
    );

    always_ff @(posedge clk) begin
        case (fetch)
            FREE:
            if (job_valid) begin
                next_job <= job;
                fetch <= FIRST;
            end
            FIRST: begin
                next_from <= pointer;
                next_entry <= entry_pointer;
                fetch <= LAST;
            end
            LAST: begin
                next_to <= pointer;
                next_entry_end <= entry_pointer;
                fetch <= FOUND;
            end
            default: if (starts || skips) fetch <= FREE;
        endcase
        if (reset) fetch <= FREE;
    end

    // The bits that come next, how many of them this cycle uses, and whether they are here.
    assign bits_here = (low >> offset) | (word << (OFFSET_BITS'(WORD) - offset));
    assign available = (low_here ? OFFSET_BITS'(WORD) - offset : '0) + (word_here ? OFFSET_BITS'(WORD) : '0);
    assign id = bits_here[3:0];
    always_comb begin
        case (state)
            HEADER:  need = OFFSET_BITS'(HEADER_BITS);
            PREFIX:  need = OFFSET_BITS'(form.prefix_bits);
            default: need = OFFSET_BITS'(form.stride);
        endcase
        enough = state != IDLE && low_here && available >= need;
        ends = state == HEADER && (left < LEFT_BITS'(HEADER_BITS) || (enough && id == 4'd0));
        used = (enough && !ends) ? need : '0;
        header_used = state == HEADER && enough && !ends;
        after = offset + used;
        shifts = state != IDLE && word_here && (!low_here || after >= OFFSET_BITS'(WORD));
    end
    assign word_reading = starts || (shifts && words_left != '0);

    // One synapse.
    always_comb begin
        raw = CODE_BITS'(bits_here) & ~({CODE_BITS{1'b1}} << form.weight_bits);
        delay = DELAY'(bits_here >> form.weight_bits) & ~({DELAY{1'b1}} << form.delay_bits);
        step = TARGET'(bits_here >> form.target_at) & ~({TARGET{1'b1}} << form.target_bits);
        code = raw;
        if (form.inhibitory) code = -raw;
        if (form.mixed && ((raw >> (form.weight_bits - 4'd1)) & CODE_BITS'(1)) != '0)
            code = raw | ({CODE_BITS{1'b1}} << form.weight_bits);
        if (form.indexed) next_target = step;
        else if (first) next_target = target;
        else next_target = target + (form.skips ? step : TARGET'(1));
    end

    always_ff @(posedge clk) begin
        case (state)
            HEADER:
            if (header_used) begin
                state <= PREFIX;
                count <= COUNT'(bits_here[9:4]) + ((entry < entry_end) ? high << 6 : '0);
                entry <= entry + 1'b1;
            end
            PREFIX:
            if (enough) begin
                target <= TARGET'(bits_here) & ~({TARGET{1'b1}} << form.prefix_bits);
                first  <= 1'b1;
                state  <= (count == '0) ? HEADER : SYNAPSE;
            end
            SYNAPSE:
            if (enough) begin
                target <= next_target;
                first  <= 1'b0;
                count  <= count - 1'b1;
                if (count == COUNT'(1)) state <= HEADER;
            end
            default: ;
        endcase
        left   <= left - LEFT_BITS'(used);
        offset <= after;
        if (after >= OFFSET_BITS'(WORD)) begin
            offset   <= after - OFFSET_BITS'(WORD);
            low_here <= 1'b0;
        end
        if (shifts) begin
            low <= word;
            low_here <= 1'b1;
            word_here <= words_left != '0;
            word_at <= word_at + 1'b1;
            words_left <= words_left - 1'b1;
        end
        if (ends) state <= IDLE;
        if (starts) begin
            held <= next_job;
            entry <= next_entry;
            entry_end <= next_entry_end;
            word_at <= next_from + 1'b1;
            words_left <= next_to - next_from - 1'b1;
            left <= (LEFT_BITS'(next_to) - LEFT_BITS'(next_from)) * LEFT_BITS'(WORD);
            offset <= '0;
            low_here <= 1'b0;
            word_here <= 1'b1;
            state <= HEADER;
        end
        if (reset) state <= IDLE;
    end

    // From code and target to weight and neuron, in three stages; the job is still the synapse's in the first.
    logic read_valid, weighed_valid;
    logic signed [CODE_BITS-1:0] read_code;
    logic [4:0] read_shift, weighed_shift;
    logic [DELAY-1:0] read_delay, weighed_delay;
    logic [image_pkg::NEURON_BITS-1:0] read_target, weighed_neuron;
    logic signed [PRODUCT_BITS-1:0] weighed;

    assign busy = fetch != FREE || state != IDLE || read_valid || weighed_valid || synapse_valid;

    always_ff @(posedge clk) begin
        read_valid <= state == SYNAPSE && enough && code != '0;
        read_code <= code;
        read_shift <= form.shift;
        read_delay <= delay;
        read_target <= image_pkg::NEURON_BITS'(next_target);

        weighed_valid <= read_valid;
        weighed <= PRODUCT_BITS'(read_code) * PRODUCT_BITS'(held.payload);
        weighed_shift <= read_shift;
        weighed_delay <= read_delay;
        weighed_neuron <= held.base + read_target * held.places;

        synapse_valid <= weighed_valid;
        synapse.neuron <= weighed_neuron;
        synapse.value <= image_pkg::SUM_BITS'(image_pkg::WIDE_BITS'(weighed) <<< weighed_shift);
        synapse.delay <= weighed_delay;
        synapse.written <= 1'b0;
        if (reset) begin
            read_valid <= 1'b0;
            weighed_valid <= 1'b0;
            synapse_valid <= 1'b0;
        end
    end
endmodule
