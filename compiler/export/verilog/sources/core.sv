// A core: messages in, over axons and lists to sums; sums through neurons to spikes, over routes to messages out.
//
// What comes in never waits for what goes out, so that cores that send to each other cannot block each other.
module core #(
    parameter LOAD = 0,
    parameter FOLDER = "core00"
) (
    input  logic                clk,
    input  logic                reset,
    input  logic                advance,
    input  logic                begins,
    input  logic                in_valid,
    output logic                in_ready,
    input  image_pkg::message_t in_message,
    output logic                out_valid,
    input  logic                out_ready,
    output image_pkg::message_t out_message,
    output logic                seen_valid,
    output image_pkg::seen_t    seen,
    output logic                busy
);
    localparam int MESSAGE = image_pkg::MESSAGE_WIDTH;
    localparam int QUEUE = 16;  // spikes; the neurons in flight fit twice
    localparam int ROOM_BITS = $clog2(QUEUE);

    image_pkg::message_t message, sent;
    image_pkg::job_t job;
    image_pkg::synapse_t listed, synapse;
    image_pkg::neuron_t neuron, stepped, spike;
    image_pkg::constants_t constants;
    logic message_valid, message_ready, axon_ready, axon_busy, writes;
    logic job_valid, job_ready, reader_busy, listed_valid;
    logic take_valid, take_ready, sums_busy, sequencer_busy;
    logic done, computed, spiked, spike_valid, spike_ready, sent_valid, sent_ready, axon_out_busy;
    logic signed [image_pkg::SUM_BITS-1:0] sum;
    logic signed [23:0] membrane;
    logic [ROOM_BITS:0] spike_room;
    logic [3:0] unused_in_room, unused_out_room;
    logic unused_spike_ready;

    link #(
        .WIDTH(MESSAGE),
        .DEPTH(8)
    ) arriving (
        .clk(clk),
        .reset(reset),
        .in_valid(in_valid),
        .in_ready(in_ready),
        .in_data(in_message),
        .out_valid(message_valid),
        .out_ready(message_ready),
        .out_data(message),
        .room(unused_in_room)
    );
    axon_in #(
        .LOAD(LOAD),
        .FOLDER(FOLDER)
    ) axons (
        .clk(clk),
        .reset(reset),
        .message_valid(message_valid && !message.written),
        .message_ready(axon_ready),
        .message(message),
        .job_valid(job_valid),
        .job_ready(job_ready),
        .job(job),
        .busy(axon_busy)
    );
    list_reader #(
        .LOAD(LOAD),
        .FOLDER(FOLDER)
    ) reader (
        .clk(clk),
        .reset(reset),
        .job_valid(job_valid),
        .job_ready(job_ready),
        .job(job),
        .synapse_valid(listed_valid),
        .synapse(listed),
        .busy(reader_busy)
    );

    // What the host writes into a neuron crosses no synapse; it waits until no list is read.
    assign writes = message_valid && message.written && !axon_busy && !reader_busy;
    assign message_ready = message.written ? writes : axon_ready;
    always_comb begin
        synapse = listed;
        if (!listed_valid) begin
            synapse.neuron = image_pkg::NEURON_BITS'(message.axon);
            synapse.value = image_pkg::SUM_BITS'(message.payload);
            synapse.delay = '0;
            synapse.written = 1'b1;
        end
    end

    accumulate sums (
        .clk(clk),
        .reset(reset),
        .advance(advance),
        .synapse_valid(listed_valid || writes),
        .synapse(synapse),
        .take_valid(take_valid),
        .take_ready(take_ready),
        .take_neuron(neuron.number),
        .taken(sum),
        .busy(sums_busy)
    );
    sequencer #(
        .LOAD(LOAD),
        .FOLDER(FOLDER)
    ) neurons (
        .clk(clk),
        .reset(reset),
        .begins(begins),
        .room(spike_room > (ROOM_BITS + 1)'(QUEUE / 2)),
        .take_valid(take_valid),
        .take_ready(take_ready),
        .neuron(neuron),
        .constants(constants),
        .done(done),
        .busy(sequencer_busy)
    );
    lif update (
        .clk(clk),
        .reset(reset),
        .go(take_valid && take_ready),
        .neuron(neuron),
        .constants(constants),
        .sum(sum),
        .done(done),
        .computed(computed),
        .spiked(spiked),
        .stepped(stepped),
        .membrane(membrane)
    );
    link #(
        .WIDTH(image_pkg::NEURON_WIDTH),
        .DEPTH(QUEUE)
    ) spikes (
        .clk(clk),
        .reset(reset),
        .in_valid(spiked && constants.sends),
        .in_ready(unused_spike_ready),
        .in_data(stepped),
        .out_valid(spike_valid),
        .out_ready(spike_ready),
        .out_data(spike),
        .room(spike_room)
    );
    axon_out #(
        .LOAD(LOAD),
        .FOLDER(FOLDER)
    ) routes (
        .clk(clk),
        .reset(reset),
        .begins(begins),
        .spike_valid(spike_valid),
        .spike_ready(spike_ready),
        .spike(spike),
        .message_valid(sent_valid),
        .message_ready(sent_ready),
        .message(sent),
        .busy(axon_out_busy)
    );
    link #(
        .WIDTH(MESSAGE),
        .DEPTH(8)
    ) leaving (
        .clk(clk),
        .reset(reset),
        .in_valid(sent_valid),
        .in_ready(sent_ready),
        .in_data(sent),
        .out_valid(out_valid),
        .out_ready(out_ready),
        .out_data(out_message),
        .room(unused_out_room)
    );

    // What an observer sees: spikes, and the membranes of a readout.
    assign seen_valid = computed && (spiked || !constants.sends);
    assign seen.spiked = spiked && constants.sends;
    assign seen.number = stepped.number;
    assign seen.membrane = membrane;

    assign busy = message_valid || axon_busy || reader_busy || sums_busy || sequencer_busy || axon_out_busy || out_valid;
endmodule
