// Runs the chip on what a file says enters it, and writes what it does to another.
//
//   +image=FOLDER     core00/ and so on, with the tables of every core
//   +cores=N          of them
//   +steps=N          time steps
//   +messages=FILE    a line per value that enters: step, whether it is written into a neuron, core, axon or neuron;
//                     channel, row and column of who sends; value
//   +seen=FILE        a line per spike, and per membrane of a readout: step, core, neuron, 1 for a spike, membrane; at the end a line
//                     `cycles`: of all steps, and of the longest
//   +cycles=FILE      a line per step, if it is wanted: its cycles
//
// Lines of a step stand together, values that are written first. What is driven changes with the falling edge.
module testbench;
    logic clk, reset, go, written, sent, done, host_valid, host_ready, accepted, begun, over;
    image_pkg::message_t message;
    logic [image_pkg::CORES-1:0] seen_valid;
    logic [image_pkg::CORES*image_pkg::SEEN_WIDTH-1:0] seen;

    string name;
    int steps, step, input_file, output_file, cycles_file;
    /* verilator lint_off UNUSEDSIGNAL */  // of integers, as many bits as the fields have
    int next_step, next_written, next_core, next_axon, next_value;
    int next_channel, next_row, next_column;
    /* verilator lint_on UNUSEDSIGNAL */
    longint cycles, began, longest;

    top #(
        .LOAD(0)
    ) chip (
        .clk(clk),
        .reset(reset),
        .go(go),
        .written(written),
        .sent(sent),
        .done(done),
        .host_valid(host_valid),
        .host_ready(host_ready),
        .host_message(message),
        .seen_valid(seen_valid),
        .seen(seen)
    );

    initial begin
        clk = 1'b0;
        forever #5 clk = !clk;
    end
    always @(posedge clk) begin
        accepted <= host_valid && host_ready;
        begun <= chip.begins;
        over <= done;
    end

    generate
        for (genvar i = 0; i < image_pkg::CORES; i++) begin : gen_load
            initial begin
                string place;
                int count;
                if (!$value$plusargs("image=%s", place)) place = ".";
                if (!$value$plusargs("cores=%d", count)) count = image_pkg::CORES;
                if (i < count) begin
                    place = $sformatf("%s/core%02d", place, i);
                    $readmemh({place, "/words.hex"}, chip.gen_core[i].body.reader.words.held.cells);
                    $readmemh({place, "/lists.hex"}, chip.gen_core[i].body.reader.lists.held.cells);
                    $readmemh({place, "/entries.hex"}, chip.gen_core[i].body.reader.entries.held.cells);
                    $readmemh({place, "/high.hex"}, chip.gen_core[i].body.reader.counts.held.cells);
                    $readmemh({place, "/formats.hex"}, chip.gen_core[i].body.reader.formats.held.cells);
                    $readmemh({place, "/axons.hex"}, chip.gen_core[i].body.axons.axons.held.cells);
                    $readmemh({place, "/reads.hex"}, chip.gen_core[i].body.axons.reads.held.cells);
                    $readmemh({place, "/windows.hex"}, chip.gen_core[i].body.axons.slide.windows.held.cells);
                    $readmemh({place, "/ranks.hex"}, chip.gen_core[i].body.axons.slide.ranks.held.cells);
                    $readmemh({place, "/groups.hex"}, chip.gen_core[i].body.neurons.groups.held.cells);
                    $readmemh({place, "/phases.hex"}, chip.gen_core[i].body.neurons.phases.cells);
                    $readmemh({place, "/parameters.hex"}, chip.gen_core[i].body.neurons.parameters.held.cells);
                    $readmemh({place, "/routes.hex"}, chip.gen_core[i].body.routes.routes.held.cells);
                end
            end
            image_pkg::seen_t what;
            assign what = seen[i*image_pkg::SEEN_WIDTH+:image_pkg::SEEN_WIDTH];
            always @(negedge clk) begin
                if (seen_valid[i])
                    $fdisplay(output_file, "%0d %0d %0d %0d %0d", step, i, what.number, what.spiked, int'(what.membrane));
            end
        end
    endgenerate

    task automatic read_line;
        int got;
        got = $fscanf(input_file, "%d %d %d %d %d %d %d %d", next_step, next_written, next_core, next_axon, next_channel,
                      next_row, next_column, next_value);
        if (got != 8) next_step = -1;
    endtask

    // Values of this step of one kind: written into neurons, or messages.
    task automatic enter(input int kind);
        while (next_step == step && next_written == kind) begin
            message.core = image_pkg::CORE_BITS'(next_core);
            message.written = kind != 0;
            message.axon = image_pkg::PLACE_BITS'(next_axon);
            message.channel = image_pkg::SIDE_BITS'(next_channel);
            message.row = image_pkg::SIDE_BITS'(next_row);
            message.column = image_pkg::SIDE_BITS'(next_column);
            message.payload = image_pkg::PAYLOAD_BITS'(next_value);
            host_valid = 1'b1;
            do begin
                @(negedge clk);
                cycles++;
            end while (!accepted);
            read_line();
        end
        host_valid = 1'b0;
    endtask

    initial begin
        cycles = 0;
        longest = 0;
        reset = 1'b1;
        go = 1'b0;
        written = 1'b0;
        sent = 1'b0;
        host_valid = 1'b0;
        message = '0;
        if (!$value$plusargs("steps=%d", steps)) steps = 0;
        if (!$value$plusargs("messages=%s", name)) name = "messages.txt";
        input_file = $fopen(name, "r");
        if (!$value$plusargs("seen=%s", name)) name = "seen.txt";
        output_file = $fopen(name, "w");
        cycles_file = 0;
        if ($value$plusargs("cycles=%s", name)) cycles_file = $fopen(name, "w");
        if (input_file == 0 || output_file == 0) $fatal(1, "messages or seen cannot be opened");
        read_line();
        repeat (4) @(negedge clk);
        reset = 1'b0;
        for (step = 0; step < steps; step++) begin
            began = cycles;
            go = 1'b1;
            @(negedge clk);
            go = 1'b0;
            cycles++;
            enter(1);
            written = 1'b1;
            do begin
                @(negedge clk);
                cycles++;
            end while (!begun);
            enter(0);
            sent = 1'b1;
            do begin
                @(negedge clk);
                cycles++;
            end while (!over);
            written = 1'b0;
            sent = 1'b0;
            if (cycles_file != 0) $fdisplay(cycles_file, "%0d", cycles - began);
            if (cycles - began > longest) longest = cycles - began;
        end
        $fdisplay(output_file, "cycles %0d %0d", cycles, longest);
        $fclose(output_file);
        if (cycles_file != 0) $fclose(cycles_file);
        $finish;
    end
endmodule
