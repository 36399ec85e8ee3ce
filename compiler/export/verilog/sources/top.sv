// The chip: cores, one bus, and the barrier of time steps. With LOAD, memories are filled from the files of core00, core01, ...
module top #(
    parameter LOAD = 1
) (
    input  logic                                       clk,
    input  logic                                       reset,
    input  logic                                       go,
    input  logic                                       written,
    input  logic                                       sent,
    output logic                                       done,
    input  logic                                       host_valid,
    output logic                                       host_ready,
    input  image_pkg::message_t                        host_message,
    output logic                [image_pkg::CORES-1:0] seen_valid,
    output logic [image_pkg::CORES*image_pkg::SEEN_WIDTH-1:0] seen
);
    localparam int CORES = image_pkg::CORES;

    logic [CORES:0] from_valid, from_ready;
    logic [(CORES+1)*image_pkg::MESSAGE_WIDTH-1:0] from_message;
    logic [CORES-1:0] to_valid, to_ready, core_busy;
    image_pkg::message_t to_message;
    logic advance, begins;

    assign from_valid[CORES] = host_valid;
    assign from_message[CORES*image_pkg::MESSAGE_WIDTH+:image_pkg::MESSAGE_WIDTH] = host_message;
    assign host_ready = from_ready[CORES];

    barrier steps (
        .clk(clk),
        .reset(reset),
        .go(go),
        .written(written),
        .sent(sent),
        .busy(|core_busy || host_valid),
        .advance(advance),
        .begins(begins),
        .done(done)
    );
    router bus (
        .clk(clk),
        .reset(reset),
        .from_valid(from_valid),
        .from_ready(from_ready),
        .from_message(from_message),
        .to_valid(to_valid),
        .to_ready(to_ready),
        .to_message(to_message)
    );

    generate
        for (genvar i = 0; i < CORES; i++) begin : gen_core
            core #(
                .LOAD  (LOAD),
                .FOLDER({"core", 8'(48 + (LOAD != 0 ? i / 10 : 0)), 8'(48 + (LOAD != 0 ? i % 10 : 0))})
            ) body (
                .clk(clk),
                .reset(reset),
                .advance(advance),
                .begins(begins),
                .in_valid(to_valid[i]),
                .in_ready(to_ready[i]),
                .in_message(to_message),
                .out_valid(from_valid[i]),
                .out_ready(from_ready[i]),
                .out_message(from_message[i*image_pkg::MESSAGE_WIDTH+:image_pkg::MESSAGE_WIDTH]),
                .seen_valid(seen_valid[i]),
                .seen(seen[i*image_pkg::SEEN_WIDTH+:image_pkg::SEEN_WIDTH]),
                .busy(core_busy[i])
            );
        end
    endgenerate
endmodule
