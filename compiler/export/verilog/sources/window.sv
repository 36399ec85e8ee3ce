// Slides a kernel over the place that a message comes from: a job for every tap that meets a neuron of the group.
//
// With stride s and dilation d, tap k reads target (y + padding - k * d) / s where that divides. Quotient and remainder of tap 0
// are divided, down and across; those of the next tap are d div s and d mod s less.
module window #(
    parameter LOAD = 0,
    parameter FOLDER = "core00"
) (
    input  logic                clk,
    input  logic                reset,
    input  logic                start,
    input  image_pkg::read_t    row,
    input  image_pkg::message_t message,
    output logic                busy,
    output logic                job_valid,
    input  logic                job_ready,
    output image_pkg::job_t     job
);
    localparam int SIDE = image_pkg::SIDE_BITS;
    localparam int LIST_BITS = image_pkg::LIST_AT_BITS;
    localparam int NEURON_BITS = image_pkg::NEURON_BITS;

    typedef enum logic [1:0] {
        IDLE,
        ASK,
        WAIT,
        TAPS
    } state_t;
    state_t state;

    image_pkg::window_t form;
    image_pkg::read_t held;
    image_pkg::message_t sender;
    logic [image_pkg::RANK_BITS:0] rank;  // its highest bit: the channel is read
    logic [SIDE-1:0] down_quotient, down_remainder, across_quotient, across_remainder;
    logic down_busy, across_busy, unused;

    // The tap: its list, the target that it reads, and what was left over where that does not divide.
    logic [LIST_BITS-1:0] list_id;
    logic [SIDE-1:0] tap_down, tap_across, over_down, over_across, over_left;
    logic signed [SIDE+1:0] down, across, left;
    logic row_met, met, moves, row_ends;

    rom #(
        .WIDTH(image_pkg::WINDOW_WIDTH),
        .DEPTH(image_pkg::WINDOWS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/windows.hex"})
    ) windows (
        .clk(clk),
        .reading(start),
        .read_at(row.window),
        .value(form)
    );
    rom #(
        .WIDTH(image_pkg::RANK_BITS + 1),
        .DEPTH(image_pkg::RANKS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/ranks.hex"})
    ) ranks (
        .clk(clk),
        .reading(state == ASK),
        .read_at(form.ranks + image_pkg::RANK_AT_BITS'(sender.channel)),
        .value(rank)
    );
    divider #(
        .WIDTH(SIDE)
    ) divide_down (
        .clk(clk),
        .reset(reset),
        .start(state == ASK),
        .dividend(sender.row + form.padding_down),
        .divisor(form.stride_down),
        .busy(down_busy),
        .quotient(down_quotient),
        .remainder(down_remainder)
    );
    divider #(
        .WIDTH(SIDE)
    ) divide_across (
        .clk(clk),
        .reset(reset),
        .start(state == ASK),
        .dividend(sender.column + form.padding_across),
        .divisor(form.stride_across),
        .busy(across_busy),
        .quotient(across_quotient),
        .remainder(across_remainder)
    );

    function automatic logic lies_in(input logic signed [SIDE+1:0] at, input logic [SIDE-1:0] low,
                                     input logic [SIDE-1:0] high);
        lies_in = at >= $signed({2'b00, low}) && at < $signed({2'b00, high});
    endfunction

    assign row_met = over_down == '0 && lies_in(down, form.top, form.bottom);
    assign met = row_met && over_across == '0 && lies_in(across, form.left, form.right);
    assign moves = state == TAPS && (!met || job_ready);
    assign row_ends = !row_met || tap_across == form.kernel_across - 1'b1;
    assign unused = ^{held.windowed, held.window, sender.core, sender.written, sender.axon};

    assign busy = state != IDLE;
    assign job_valid = state == TAPS && met;
    assign job.list_id = list_id;
    assign job.base = held.base
        + (NEURON_BITS'(down) - NEURON_BITS'(form.top)) * NEURON_BITS'(form.columns)
        + NEURON_BITS'(across) - NEURON_BITS'(form.left);
    assign job.places = form.places;
    assign job.payload = sender.payload;

    always_ff @(posedge clk) begin
        case (state)
            IDLE:
            if (start) begin
                held   <= row;
                sender <= message;
                state  <= ASK;
            end
            ASK:  state <= WAIT;
            WAIT: begin
                list_id <= held.list_id + LIST_BITS'(rank[image_pkg::RANK_BITS-1:0]) * LIST_BITS'(form.taps);
                tap_down <= '0;
                tap_across <= '0;
                down <= (SIDE + 2)'(down_quotient);
                over_down <= down_remainder;
                left <= (SIDE + 2)'(across_quotient);
                over_left <= across_remainder;
                across <= (SIDE + 2)'(across_quotient);
                over_across <= across_remainder;
                if (!rank[image_pkg::RANK_BITS]) state <= IDLE;
                else if (!down_busy && !across_busy) state <= TAPS;
            end
            default:
            if (moves) begin
                if (row_ends) begin
                    list_id <= list_id + (row_met ? LIST_BITS'(1) : LIST_BITS'(form.kernel_across));
                    tap_across <= '0;
                    across <= left;
                    over_across <= over_left;
                    tap_down <= tap_down + 1'b1;
                    down <= down - (SIDE + 2)'(form.step_down) - (SIDE + 2)'(over_down < form.over_down);
                    over_down <= over_down - form.over_down + ((over_down < form.over_down) ? form.stride_down : '0);
                    if (tap_down == form.kernel_down - 1'b1) state <= IDLE;
                end else begin
                    list_id <= list_id + 1'b1;
                    tap_across <= tap_across + 1'b1;
                    across <= across - (SIDE + 2)'(form.step_across) - (SIDE + 2)'(over_across < form.over_across);
                    over_across <= over_across - form.over_across
                        + ((over_across < form.over_across) ? form.stride_across : '0);
                end
            end
        endcase
        if (reset) state <= IDLE;
    end
endmodule
