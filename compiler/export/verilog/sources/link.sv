// A queue between two that wait for each other: taken when `valid` and `ready` meet. `room` counts free places.
module link #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 8,
    parameter int BITS = $clog2(DEPTH)
) (
    input  logic             clk,
    input  logic             reset,
    input  logic             in_valid,
    output logic             in_ready,
    input  logic [WIDTH-1:0] in_data,
    output logic             out_valid,
    input  logic             out_ready,
    output logic [WIDTH-1:0] out_data,
    output logic [   BITS:0] room
);
    logic [WIDTH-1:0] cells[DEPTH];
    logic [BITS-1:0] first, next;
    logic [BITS:0] held;

    assign room = (BITS + 1)'(DEPTH) - held;
    assign in_ready = held != (BITS + 1)'(DEPTH);
    assign out_valid = held != '0;
    assign out_data = cells[first];

    always_ff @(posedge clk) begin
        if (in_valid && in_ready) begin
            cells[next] <= in_data;
            next <= next + 1'b1;
        end
        if (out_valid && out_ready) first <= first + 1'b1;
        held <= held + (BITS + 1)'(in_valid && in_ready) - (BITS + 1)'(out_valid && out_ready);
        if (reset) begin
            first <= '0;
            next <= '0;
            held <= '0;
        end
    end
endmodule
