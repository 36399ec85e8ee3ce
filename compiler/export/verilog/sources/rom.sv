// A table that the program fills and nothing writes.
module rom #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 2,
    parameter LOAD = 0,
    parameter FILE = "",
    parameter int BITS = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
    input  logic             clk,
    input  logic             reading,
    input  logic [ BITS-1:0] read_at,
    output logic [WIDTH-1:0] value
);
    ram #(
        .WIDTH(WIDTH),
        .DEPTH(DEPTH),
        .LOAD(LOAD),
        .FILE(FILE)
    ) held (
        .clk(clk),
        .reading(reading),
        .read_at(read_at),
        .value(value),
        .writing(1'b0),
        .write_at({BITS{1'b0}}),
        .written({WIDTH{1'b0}})
    );
endmodule
