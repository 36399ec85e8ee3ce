// A step of a leaky integrate-and-fire neuron, as docs/numbers.md has it; membranes stand in its memory.
//
//   v' = clip(sgn(v) * ((|v| * (4096 - dv)) >> 12) + 64 * sum + bias - due)     spike = v' > threshold
//
// `go` names the neuron; its sum comes two cycles later. Four cycles after `go` the step is done.
module lif (
    input  logic                                      clk,
    input  logic                                      reset,
    input  logic                                      go,
    input  image_pkg::neuron_t                        neuron,
    input  image_pkg::constants_t                     constants,
    input  logic signed       [image_pkg::SUM_BITS-1:0] sum,
    output logic                                      done,
    output logic                                      computed,
    output logic                                      spiked,
    output image_pkg::neuron_t                        stepped,
    output logic signed                        [23:0] membrane
);
    localparam logic signed [27:0] HIGHEST = 28'sd8388607;

    logic asked, read, leaked, summed;
    image_pkg::neuron_t asked_neuron, read_neuron, leaked_neuron;
    logic [23:0] stored;
    logic signed [23:0] carried, leaked_carried, potential, kept;
    logic [23:0] size;
    logic [36:0] product;
    logic leaked_negative, unused;
    logic signed [23:0] threshold, compared;
    logic signed [27:0] leaked_sum, total;

    ram #(
        .WIDTH(24),
        .DEPTH(image_pkg::NEURONS)
    ) membranes (
        .clk(clk),
        .reading(asked),
        .read_at(asked_neuron.number),
        .value(stored),
        .writing(summed && constants.computes),
        .write_at(stepped.number),
        .written(kept)
    );

    assign carried = constants.cleared ? 24'sd0 : $signed(stored);
    assign size = (carried < 0) ? -carried : carried;
    assign threshold = constants.threshold;
    assign compared = threshold - 24'(constants.spike_at);

    logic [23:0] remaining;
    assign remaining = 24'(product >> 12);
    always_comb begin
        total = (leaked_negative ? -(28'(remaining)) : 28'(remaining)) + leaked_sum + 28'(constants.bias);
        if (constants.resets == image_pkg::SUBTRACT_NEXT && leaked_carried > compared) total = total - 28'(threshold);
        if (total > HIGHEST) total = HIGHEST;
        else if (total < -HIGHEST) total = -HIGHEST;
    end

    assign unused = constants.sends;  // for the core
    assign done = summed;
    assign computed = summed && constants.computes;
    assign spiked = computed && potential > compared;
    assign membrane = kept;
    always_comb begin
        kept = potential;
        if (spiked) begin
            if (constants.resets == image_pkg::ZERO) kept = '0;
            else if (constants.resets == image_pkg::SUBTRACT) kept = potential - threshold;
        end
    end

    always_ff @(posedge clk) begin
        asked <= go;
        asked_neuron <= neuron;
        read <= asked;
        read_neuron <= asked_neuron;

        leaked <= read;
        leaked_neuron <= read_neuron;
        leaked_carried <= carried;
        leaked_negative <= carried < 0;
        leaked_sum <= 28'(sum) <<< 6;
        product <= 37'(size) * 37'(constants.keeps);

        summed <= leaked;
        stepped <= leaked_neuron;
        potential <= 24'(total);
        if (reset) begin
            asked <= 1'b0;
            read <= 1'b0;
            leaked <= 1'b0;
            summed <= 1'b0;
        end
    end
endmodule
