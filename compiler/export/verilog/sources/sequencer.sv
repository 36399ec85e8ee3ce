// Goes through the neurons of a core once a time step: group by group, channel by channel, with the constants of each.
//
// A group counts its own steps: it is cleared in the first of a reset interval, computes once every so many steps while slots are
// open, and rests otherwise; what arrives for neurons that rest is taken all the same, and lost.
module sequencer #(
    parameter LOAD = 0,
    parameter FOLDER = "core00"
) (
    input  logic                  clk,
    input  logic                  reset,
    input  logic                  begins,
    input  logic                  room,
    output logic                  take_valid,
    input  logic                  take_ready,
    output image_pkg::neuron_t    neuron,
    output image_pkg::constants_t constants,
    input  logic                  done,
    output logic                  busy
);
    localparam int PARAMETER_AT = image_pkg::PARAMETER_AT_BITS;

    typedef enum logic [2:0] {
        IDLE,
        GROUP,
        LOADS,
        DRAIN,
        FETCH,
        BIAS,
        RUN
    } state_t;
    state_t state;

    image_pkg::group_t row;
    image_pkg::phase_t phase, next_phase;
    logic [image_pkg::GROUP_BITS-1:0] group;
    logic [PARAMETER_AT-1:0] at, first_at;
    logic signed [31:0] parameter_value;
    logic [2:0] fetching, fetched;
    logic fetched_valid, taken, last_column, last_line, last_channel;
    logic [2:0] in_flight;
    logic [31:0] mantissa;
    logic [23:0] threshold;
    logic [4:0] exponent;

    rom #(
        .WIDTH(image_pkg::GROUP_WIDTH),
        .DEPTH(image_pkg::GROUPS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/groups.hex"})
    ) groups (
        .clk(clk),
        .reading(state == GROUP),
        .read_at(group),
        .value(row)
    );
    ram #(
        .WIDTH(image_pkg::PHASE_WIDTH),
        .DEPTH(image_pkg::GROUPS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/phases.hex"})
    ) phases (
        .clk(clk),
        .reading(state == GROUP),
        .read_at(group),
        .value(phase),
        .writing(state == LOADS),
        .write_at(group),
        .written(next_phase)
    );
    rom #(
        .WIDTH(32),
        .DEPTH(image_pkg::PARAMETERS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/parameters.hex"})
    ) parameters (
        .clk(clk),
        .reading(state == FETCH),
        .read_at(at),
        .value(parameter_value)
    );

    always_comb begin
        next_phase = phase;
        if (row.interval != '0 && phase.since == row.interval - 1'b1) next_phase = '0;
        else begin
            next_phase.since = phase.since + 1'b1;
            next_phase.between = phase.between + 1'b1;
            if (phase.between == row.initiation - 1'b1) begin
                next_phase.between = '0;
                next_phase.slot = phase.slot + 1'b1;
            end
        end
    end

    assign busy = state != IDLE || in_flight != '0;
    assign take_valid = state == RUN && room;
    assign taken = take_valid && take_ready;
    assign last_column = neuron.column == row.last_column;
    assign last_line = neuron.row == row.last_row;
    assign last_channel = neuron.channel == row.last_channel;

    always_ff @(posedge clk) begin
        in_flight <= in_flight + 3'(taken) - 3'(done);
        case (state)
            IDLE:
            if (begins) begin
                group  <= '0;
                neuron <= '0;
                state  <= GROUP;
            end
            GROUP: state <= LOADS;
            LOADS: begin
                neuron.channel <= row.first_channel;
                neuron.row <= row.first_row;
                neuron.column <= row.first_column;
                first_at <= row.parameters;
                state <= (row.channels == '0) ? IDLE : DRAIN;
            end
            DRAIN:
            if (in_flight == '0) begin
                at <= first_at;
                fetching <= '0;
                fetched_valid <= 1'b0;
                mantissa <= '0;
                exponent <= '0;
                threshold <= row.readout ? 24'd131071 : 24'd0;
                constants.keeps <= row.keeps;
                constants.resets <= row.resets;
                constants.spike_at <= row.spike_at;
                constants.sends <= !row.readout;
                constants.cleared <= row.interval != '0 && phase.since == '0;
                constants.computes <= phase.between == '0 && (row.open == '0 || phase.slot < row.open);
                state <= FETCH;
            end
            FETCH: begin
                fetched <= fetching;
                fetched_valid <= fetching != 3'd5 && row.held[fetching];
                if (fetching != 3'd5) begin
                    fetching <= fetching + 1'b1;
                    if (row.held[fetching]) at <= at + PARAMETER_AT'(row.channels);
                end else if (!fetched_valid) state <= BIAS;
                if (fetched_valid) begin
                    case (fetched)
                        3'd0: mantissa <= parameter_value;
                        3'd1: exponent <= parameter_value[4:0];
                        3'd2: threshold <= parameter_value[23:0];
                        3'd4: constants.keeps <= 13'd4096 - parameter_value[12:0];
                        default: ;
                    endcase
                end
            end
            BIAS: begin
                constants.bias <= 25'($signed(mantissa) <<< exponent);
                constants.threshold <= row.fine ? threshold : {threshold[17:0], 6'd0};
                state <= RUN;
            end
            default:
            if (taken) begin
                neuron.number <= neuron.number + 1'b1;
                neuron.column <= neuron.column + 1'b1;
                if (last_column) begin
                    neuron.column <= row.first_column;
                    neuron.row <= neuron.row + 1'b1;
                end
                if (last_column && last_line) begin
                    neuron.row <= row.first_row;
                    neuron.channel <= neuron.channel + 1'b1;
                    first_at <= first_at + 1'b1;
                    state <= DRAIN;
                    if (last_channel) begin
                        group <= group + 1'b1;
                        state <= GROUP;
                    end
                end
            end
        endcase
        if (reset) begin
            state <= IDLE;
            in_flight <= '0;
        end
    end
endmodule
