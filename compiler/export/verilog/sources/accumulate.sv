// Sums of what arrives: a ring of time steps, with a sum per neuron in each.
//
// A synapse of delay d adds to step + 1 + d, what the host writes to this step. Taking a sum of this step leaves 0. A synapse goes
// first. Both read in the second cycle and write in the third; a sum that is just being written is forwarded.
module accumulate (
    input  logic                                            clk,
    input  logic                                            reset,
    input  logic                                            advance,
    input  logic                                            synapse_valid,
    input  image_pkg::synapse_t                             synapse,
    input  logic                                            take_valid,
    output logic                                            take_ready,
    input  logic                [image_pkg::NEURON_BITS-1:0] take_neuron,
    output logic         signed [image_pkg::SUM_BITS-1:0]   taken,
    output logic                                            busy
);
    localparam int SLOTS = image_pkg::SLOTS;
    localparam int NEURONS = image_pkg::NEURONS;
    localparam int PLACE_BITS = $clog2(SLOTS * NEURONS);
    localparam int SLOT_BITS = image_pkg::DELAY_BITS + 2;
    localparam int SUM_BITS = image_pkg::SUM_BITS;

    logic [SLOT_BITS-1:0] now, ahead, slot;
    logic [PLACE_BITS-1:0] asked_place, read_place, written_place;
    logic asked, read, written, asked_adds, read_adds, follows;
    logic signed [SUM_BITS-1:0] asked_value, read_value, written_value, stored, sum;

    assign take_ready = !synapse_valid;
    assign ahead = now + SLOT_BITS'(1) + SLOT_BITS'(synapse.delay);
    assign busy = asked || read;

    always_comb begin
        slot = now;
        if (synapse_valid && !synapse.written) slot = (ahead >= SLOT_BITS'(SLOTS)) ? ahead - SLOT_BITS'(SLOTS) : ahead;
    end

    ram #(
        .WIDTH(SUM_BITS),
        .DEPTH(SLOTS * NEURONS)
    ) ring (
        .clk(clk),
        .reading(asked),
        .read_at(asked_place),
        .value(stored),
        .writing(read),
        .write_at(read_place),
        .written(read_adds ? sum : '0)
    );

    assign follows = written && written_place == read_place;
    assign taken = follows ? written_value : stored;
    assign sum = taken + read_value;

    always_ff @(posedge clk) begin
        if (advance) now <= (now == SLOT_BITS'(SLOTS - 1)) ? '0 : now + 1'b1;
        asked <= synapse_valid || take_valid;
        asked_adds <= synapse_valid;
        asked_value <= synapse.value;
        asked_place <= PLACE_BITS'(slot) * PLACE_BITS'(NEURONS)
            + (synapse_valid ? PLACE_BITS'(synapse.neuron) : PLACE_BITS'(take_neuron));

        read <= asked;
        read_adds <= asked_adds;
        read_value <= asked_value;
        read_place <= asked_place;

        written <= read;
        written_place <= read_place;
        written_value <= read_adds ? sum : '0;
        if (reset) begin
            now <= SLOT_BITS'(SLOTS - 1);
            asked <= 1'b0;
            read <= 1'b0;
            written <= 1'b0;
        end
    end
endmodule
