// The time step: all cores begin together, and the next step comes when nothing moves any more.
//
// `go` begins a step. The host writes values into neurons until `written`, then neurons compute, while the host sends messages
// until `sent`. `done` says that the step is over.
module barrier (
    input  logic clk,
    input  logic reset,
    input  logic go,
    input  logic written,
    input  logic sent,
    input  logic busy,
    output logic advance,
    output logic begins,
    output logic done
);
    typedef enum logic [2:0] {
        IDLE,
        ADVANCE,
        WRITES,
        BEGIN,
        SETTLE,
        RUN
    } state_t;
    state_t state;

    assign advance = state == ADVANCE;
    assign begins = state == BEGIN;
    assign done = state == RUN && sent && !busy;

    always_ff @(posedge clk) begin
        case (state)
            IDLE: if (go) state <= ADVANCE;
            ADVANCE: state <= WRITES;
            WRITES: if (written && !busy) state <= BEGIN;
            BEGIN: state <= SETTLE;
            SETTLE: state <= RUN;
            default: if (done) state <= IDLE;
        endcase
        if (reset) state <= IDLE;
    end
endmodule
