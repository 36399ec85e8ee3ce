// Quotient and remainder of two unsigned numbers, a bit per cycle; at once where the divisor is 1.
module divider #(
    parameter int WIDTH = 16
) (
    input  logic             clk,
    input  logic             reset,
    input  logic             start,
    input  logic [WIDTH-1:0] dividend,
    input  logic [WIDTH-1:0] divisor,
    output logic             busy,
    output logic [WIDTH-1:0] quotient,
    output logic [WIDTH-1:0] remainder
);
    localparam int COUNT_BITS = $clog2(WIDTH + 1);
    logic [COUNT_BITS-1:0] left;
    logic [WIDTH-1:0] by;
    logic [WIDTH:0] shifted;

    assign busy = left != '0;
    assign shifted = {remainder, quotient[WIDTH-1]};

    always_ff @(posedge clk) begin
        if (start) begin
            by <= divisor;
            quotient <= dividend;
            remainder <= '0;
            left <= (divisor == WIDTH'(1)) ? '0 : COUNT_BITS'(WIDTH);
        end else if (busy) begin
            if (shifted >= {1'b0, by}) begin
                remainder <= WIDTH'(shifted - {1'b0, by});
                quotient  <= {quotient[WIDTH-2:0], 1'b1};
            end else begin
                remainder <= shifted[WIDTH-1:0];
                quotient  <= {quotient[WIDTH-2:0], 1'b0};
            end
            left <= left - 1'b1;
        end
        if (reset) left <= '0;
    end
endmodule
