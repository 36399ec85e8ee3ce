// Memory of one write port and one registered read: what every block RAM is. Loaded from a file where LOAD says so; otherwise it
// begins with zeros, as an FPGA configures it.
module ram #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 2,
    parameter LOAD = 0,
    parameter FILE = "",
    parameter int BITS = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
    input  logic             clk,
    input  logic             reading,
    input  logic [ BITS-1:0] read_at,
    output logic [WIDTH-1:0] value,
    input  logic             writing,
    input  logic [ BITS-1:0] write_at,
    input  logic [WIDTH-1:0] written
);
    logic [WIDTH-1:0] cells[DEPTH];

    generate
        if (LOAD != 0) begin : gen_loaded
            initial $readmemh(FILE, cells);
        end
    endgenerate

    always_ff @(posedge clk) begin
        if (reading) value <= cells[read_at];
        if (writing) cells[write_at] <= written;
    end
endmodule
