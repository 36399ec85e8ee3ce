// What a message to an axon makes the core read: a job per list, and for reads of a kernel what `window` makes of them.
module axon_in #(
    parameter LOAD = 0,
    parameter FOLDER = "core00"
) (
    input  logic                clk,
    input  logic                reset,
    input  logic                message_valid,
    output logic                message_ready,
    input  image_pkg::message_t message,
    output logic                job_valid,
    input  logic                job_ready,
    output image_pkg::job_t     job,
    output logic                busy
);
    localparam int READ_AT = image_pkg::READ_AT_BITS;

    typedef enum logic [2:0] {
        IDLE,
        FIRST,
        LAST,
        READ,
        SEND,
        SLIDE
    } state_t;
    state_t state;

    image_pkg::message_t held;
    logic [image_pkg::PLACE_BITS-1:0] axon;
    logic [image_pkg::AXON_AT_BITS-1:0] axon_at;
    logic unused;
    image_pkg::read_t row;
    image_pkg::job_t window_job;
    logic [READ_AT-1:0] pointer, at, last;
    logic window_busy, window_valid, ends;

    rom #(
        .WIDTH(READ_AT),
        .DEPTH(image_pkg::AXONS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/axons.hex"})
    ) axons (
        .clk(clk),
        .reading(state == IDLE || state == FIRST),
        .read_at(axon_at),
        .value(pointer)
    );
    rom #(
        .WIDTH(image_pkg::READ_WIDTH),
        .DEPTH(image_pkg::READS),
        .LOAD(LOAD),
        .FILE({FOLDER, "/reads.hex"})
    ) reads (
        .clk(clk),
        .reading(state == LAST || ends),
        .read_at(at),
        .value(row)
    );
    window #(
        .LOAD(LOAD),
        .FOLDER(FOLDER)
    ) slide (
        .clk(clk),
        .reset(reset),
        .start(state == READ && row.windowed),
        .row(row),
        .message(held),
        .busy(window_busy),
        .job_valid(window_valid),
        .job_ready(job_ready),
        .job(window_job)
    );

    assign axon = (state == IDLE) ? message.axon : held.axon + 1'b1;
    assign axon_at = axon[image_pkg::AXON_AT_BITS-1:0];
    assign unused = ^{held.core, held.written, axon};  // for the router, and for what the host writes
    assign ends = (state == SEND && job_ready) || (state == SLIDE && !window_busy);
    assign message_ready = state == IDLE;
    assign busy = state != IDLE;
    assign job_valid = (state == SEND) || window_valid;
    always_comb begin
        job.list_id = row.list_id;
        job.base = row.base;
        job.places = image_pkg::NEURON_BITS'(1);
        job.payload = held.payload;
        if (window_valid) job = window_job;
    end

    always_ff @(posedge clk) begin
        case (state)
            IDLE:
            if (message_valid) begin
                held  <= message;
                state <= FIRST;
            end
            FIRST: begin
                at <= pointer;
                state <= LAST;
            end
            LAST: begin
                last <= pointer;
                at <= at + 1'b1;
                state <= READ;
            end
            READ: state <= row.windowed ? SLIDE : SEND;
            default:
            if (ends) begin
                at <= at + 1'b1;
                state <= (at == last) ? IDLE : READ;
            end
        endcase
        if (reset) state <= IDLE;
    end
endmodule
