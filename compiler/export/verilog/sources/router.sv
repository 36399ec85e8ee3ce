// One bus for all cores and the host: a message per cycle, whose turn it is going round.
module router (
    input  logic                                       clk,
    input  logic                                       reset,
    input  logic                [image_pkg::CORES:0]   from_valid,
    output logic                [image_pkg::CORES:0]   from_ready,
    input  logic [(image_pkg::CORES+1)*image_pkg::MESSAGE_WIDTH-1:0] from_message,
    output logic                [image_pkg::CORES-1:0] to_valid,
    input  logic                [image_pkg::CORES-1:0] to_ready,
    output image_pkg::message_t                        to_message
);
    localparam int SENDERS = image_pkg::CORES + 1;
    localparam int TURN_BITS = $clog2(SENDERS);

    logic [TURN_BITS-1:0] turn, chosen;
    logic found, accepted;

    // The first that has something, from the one whose turn it is on.
    always_comb begin
        chosen = turn;
        found  = 1'b0;
        for (int sender = 0; sender < SENDERS; sender++) begin
            if (!found && from_valid[sender] && TURN_BITS'(sender) >= turn) begin
                chosen = TURN_BITS'(sender);
                found  = 1'b1;
            end
        end
        for (int sender = 0; sender < SENDERS; sender++) begin
            if (!found && from_valid[sender]) begin
                chosen = TURN_BITS'(sender);
                found  = 1'b1;
            end
        end
    end

    assign to_message = from_message[chosen*image_pkg::MESSAGE_WIDTH+:image_pkg::MESSAGE_WIDTH];
    always_comb begin
        to_valid = '0;
        for (int core = 0; core < image_pkg::CORES; core++)
            to_valid[core] = found && to_message.core == image_pkg::CORE_BITS'(core);
    end
    assign accepted = |(to_valid & to_ready);
    always_comb begin
        from_ready = '0;
        from_ready[chosen] = accepted;
    end

    always_ff @(posedge clk) begin
        if (found) turn <= (chosen == TURN_BITS'(SENDERS - 1)) ? '0 : chosen + 1'b1;
        if (reset) turn <= '0;
    end
endmodule
