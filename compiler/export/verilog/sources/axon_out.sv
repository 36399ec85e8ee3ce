// Where spikes go: routes are read along with the neurons of a step, both in ascending order.
//
// A route of one neuron is sent where that spiked. One of several neurons is kept until all of them have passed.
module axon_out #(
    parameter LOAD = 0,
    parameter FOLDER = "core00"
) (
    input  logic                clk,
    input  logic                reset,
    input  logic                begins,
    input  logic                spike_valid,
    output logic                spike_ready,
    input  image_pkg::neuron_t  spike,
    output logic                message_valid,
    input  logic                message_ready,
    output image_pkg::message_t message,
    output logic                busy
);
    localparam int ROUTE_AT = image_pkg::ROUTE_AT_BITS;
    localparam int RANGES = image_pkg::RANGES;
    localparam int RANGE_BITS = $clog2(RANGES + 1);
    localparam int PLACE_BITS = (RANGES > 1) ? $clog2(RANGES) : 1;

    image_pkg::route_t row, stored, latest, sent;
    image_pkg::route_t ranges[RANGES];
    logic [ROUTE_AT-1:0] at, next_at;
    logic [RANGE_BITS-1:0] kept, range;
    logic scanning, due, single, over, in_range, unused;

    rom #(
        .WIDTH(image_pkg::ROUTE_WIDTH),
        .DEPTH(image_pkg::ROUTES),
        .LOAD(LOAD),
        .FILE({FOLDER, "/routes.hex"})
    ) routes (
        .clk(clk),
        .reading(1'b1),
        .read_at(next_at),
        .value(row)
    );

    assign busy = spike_valid;
    assign over = row.first > {1'b0, spike.number};
    assign single = row.first == {1'b0, row.last};
    assign due = scanning && !over && single && row.last == spike.number;
    assign in_range = !scanning && range != kept && stored.last >= spike.number;
    assign sent = scanning ? row : stored;
    assign stored = ranges[PLACE_BITS'(range)];
    assign latest = ranges[PLACE_BITS'(kept-1'b1)];
    assign unused = ^{sent.first, sent.last, latest.first, latest.core, latest.axon};
    assign message_valid = spike_valid && (due || in_range);
    assign spike_ready = !scanning && range == kept;

    assign message.core = sent.core;
    assign message.written = 1'b0;
    assign message.axon = sent.axon;
    assign message.channel = spike.channel;
    assign message.row = spike.row;
    assign message.column = spike.column;
    assign message.payload = image_pkg::PAYLOAD_BITS'(1);

    always_comb begin
        next_at = at;
        if (begins) next_at = '0;
        else if (spike_valid && scanning && !over && (!due || message_ready)) next_at = at + 1'b1;
    end

    always_ff @(posedge clk) begin
        at <= next_at;
        if (begins) begin
            kept <= '0;
            scanning <= 1'b1;
        end else if (spike_valid && scanning) begin
            range <= '0;
            if (over) scanning <= 1'b0;
            else if (!single) begin
                if (kept != '0 && {1'b0, latest.last} >= row.first) begin
                    ranges[PLACE_BITS'(kept)] <= row;
                    kept <= kept + 1'b1;
                end else begin
                    ranges[0] <= row;
                    kept <= RANGE_BITS'(1);
                end
            end
        end else if (spike_valid && !scanning) begin
            if (range == kept) scanning <= 1'b1;
            else if (!in_range || message_ready) range <= range + 1'b1;
        end
        if (reset) begin
            at <= '0;
            kept <= '0;
            range <= '0;
            scanning <= 1'b1;
        end
    end
endmodule
