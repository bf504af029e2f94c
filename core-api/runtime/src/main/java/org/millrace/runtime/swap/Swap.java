package org.millrace.runtime.swap;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.ControlPlane.Handover;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.frame.CuttingPort;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.path.Replacement;
import org.millrace.runtime.path.Replacement.Move;
import org.millrace.runtime.place.Affinity;
import org.millrace.runtime.transport.Candidate;
import org.millrace.runtime.transport.Loaded;
import org.millrace.runtime.transport.LoadedTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One swap: {@link #prepare} by any thread, beside a data path that runs; then {@link #execute} by the data-path thread
 * between two rounds; used once.
 *
 * <p>DESIGN NOTES. The new side is complete before the pause and unknown to the data path until it is committed: flows,
 * contexts, neighbours and secrets are the data path's and stay; everything else is the new side's own. So what fails
 * before leaves nothing to undo but to close the new side's machines. Control planes hand over in bytes: their class loaders
 * need not know each other.
 */
public final class Swap {
    private static final Logger LOG = LoggerFactory.getLogger(Swap.class);
    private static final int BYTES_A_FLOW = 512;

    private final DataPath path;
    private final SwapRequest request;
    private final LongSupplier clock;
    private final Consumer<SwapStep> hook;
    private List<Integer> cpus = List.of();
    private final Map<SwapStep, Long> stepNs = new EnumMap<>(SwapStep.class);
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Move> moves = new ArrayList<>();
    private final List<byte[]> exports = new ArrayList<>();
    private Loaded before;
    private HardwareBackend hardware;
    private CuttingPort cutting;
    private volatile boolean isBegun;

    /**
     * How it went; one of both is null.
     *
     * @param report  it has succeeded
     * @param failure it has not
     */
    public record Outcome(SwapReport report, SwapException failure) {
    }

    private interface Action {
        void run() throws Exception;
    }

    /**
     * @param path    what runs
     * @param request what is to run instead
     * @param clock   for the report, ns
     * @param hook    called at the beginning of each step, and while it rehearses; what it throws is that step's failure
     */
    public Swap(DataPath path, SwapRequest request, LongSupplier clock, Consumer<SwapStep> hook) {
        this.path = path;
        this.request = request;
        this.clock = clock;
        this.hook = hook;
    }

    /** Makes the new side, but for its rehearsal, on these processors; none: wherever the caller runs. */
    public Swap on(List<Integer> numbers) {
        cpus = numbers;
        return this;
    }

    /**
     * Swaps on this thread, which polls: experiments on virtual time. See {@code Instance.swap}.
     *
     * @param path    what runs
     * @param request what is to run instead
     * @return what has been done; its times are real
     * @throws SwapException if it is refused or fails; then nothing has changed
     */
    public static SwapReport now(DataPath path, SwapRequest request) throws SwapException {
        return now(path, request, step -> { });
    }

    static SwapReport now(DataPath path, SwapRequest request, Consumer<SwapStep> hook) throws SwapException {
        Swap swap = new Swap(path, request, System::nanoTime, hook);
        swap.prepare(path.loaded());
        return end(swap.execute(path.nowNs()));
    }

    /**
     * Hands over and takes over again and again, on this thread, to a new side that is thrown away then: what runs in a pause is run
     * by nobody else, and there it has to be quick with the first connection. Changes nothing.
     *
     * @param path     what runs
     * @param request  what is to run instead, as it has been admitted
     * @param position of the transport whose connections are handed over
     * @param times    how often
     * @throws SwapException if the new side refuses them
     */
    static void practise(DataPath path, SwapRequest request, int position, int times) throws SwapException {
        Swap swap = new Swap(path, request, System::nanoTime, step -> { });
        swap.prepare(path.loaded());
        List<Move> all = List.copyOf(swap.moves);
        swap.moves.removeIf(move -> move.old() != path.transports().at(position));
        try {
            for (int i = 0; i < times; i++) {
                swap.exports.clear();
                swap.step(SwapStep.EXPORT, () -> swap.exportStates(path.nowNs()));
                swap.step(SwapStep.IMPORT, () -> swap.importStates(path.nowNs()));
                swap.moves.forEach(move -> move.fresh().control.handedOver(Handover.ALL, path.nowNs()));
            }
        } finally {
            discard(all);
        }
    }

    /** Everything that the old side needs not stand still for. Any thread. */
    public void prepare(Loaded running) throws SwapException {
        before = running;
        try {
            step(SwapStep.RESOLVE, this::resolve);
            step(SwapStep.ADMIT, this::admit);
            step(SwapStep.LOAD, () -> Affinity.on(cpus, this::load));
            step(SwapStep.WARM, this::warm);
        } catch (SwapException e) {
            discard(moves);
            throw e;
        }
    }

    /** It is not executed, and never will be: lets go of the new side. Begun already: nothing. Any thread. */
    public void cancel() {
        if (!isBegun) {
            discard(moves);
        }
    }

    private static void discard(List<Move> moves) {
        moves.forEach(move -> move.fresh().close());
    }

    private void step(SwapStep step, Action action) throws SwapException {
        long beginNs = clock.getAsLong();
        try {
            hook.accept(step);
            action.run();
        } catch (SwapException refused) {
            throw refused;
        } catch (Throwable e) { // a bundle's mistake, whatever it is, is not the running side's
            throw new SwapException(step, e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
        stepNs.put(step, clock.getAsLong() - beginNs);
    }

    private void resolve() throws SwapException {
        hardware = request.hardware() == null ? before.hardware() : request.hardware();
        boolean otherHardware = hardware != before.hardware();
        require(otherHardware || !request.transports().isEmpty(), "there is nothing to swap");
        require(!otherHardware || !request.newOnly(), "hardware is swapped for all connections, not for new ones only");
        for (Map.Entry<Integer, TransportChoice> change : request.transports().entrySet()) {
            int position = change.getKey();
            require(position >= 0 && position < before.places(), "transport number " + position + " is not there, "
                + "there are " + before.places());
            int protocol = before.transports().get(position).protocol;
            require(change.getValue().factory().protocol() == protocol, change.getValue().factory().name()
                + " is IP protocol " + change.getValue().factory().protocol() + ", the one that it is to replace is "
                + protocol);
        }
        for (int i = 0; i < before.transports().size(); i++) {
            LoadedTransport<?> old = before.transports().get(i);
            TransportChoice choice = i < before.places() ? request.transports().get(i) : null;
            if (choice != null || otherHardware) {
                TransportChoice next = choice == null ? old.host.choice() : choice;
                candidates.add(new Candidate(path.parts(), old, old.host.successor(next, path.portInfo(hardware)), hardware));
            }
        }
    }

    private static void require(boolean condition, String otherwise) throws SwapException {
        if (!condition) {
            throw new SwapException(SwapStep.RESOLVE, otherwise, null);
        }
    }

    private void admit() throws SwapException {
        for (Candidate candidate : candidates) {
            FitReport fit = candidate.admit();
            if (!fit.fits()) {
                throw new SwapException(SwapStep.ADMIT, candidate.refusal(fit), null, fit, candidate.reasons(fit));
            }
        }
    }

    private Void load() {
        cutting = hardware == before.hardware() ? null : path.cutting(hardware);
        for (Candidate candidate : candidates) {
            moves.add(new Move(candidate.replaces(), candidate.load()));
        }
        return null;
    }

    private void warm() throws SwapException {
        if (request.warmUpNs() == 0) {
            return;
        }
        Running now = before.running();
        List<TransportChoice> next = new ArrayList<>(now.transports());
        request.transports().forEach(next::set);
        try {
            new WarmUp(path.portInfo(), now, new Running(hardware, next), request, clock,
                () -> hook.accept(SwapStep.WARM)).run();
        } catch (SwapException e) {
            throw new SwapException(SwapStep.WARM, e.step() == SwapStep.WARM ? e.getMessage()
                : "rehearsed, " + e.step() + " fails: " + e.getMessage(), e);
        }
    }

    /** The pause. Data-path thread, between rounds. */
    public Outcome execute(long nowNs) {
        return execute(() -> quiesce(nowNs), nowNs);
    }

    /**
     * As {@link #execute}, of a data path whose program has failed in the middle of a round: established connections are reset, and
     * what is inside of the machines is lost. Refused unless every transport is replaced: nobody knows which one has failed.
     * Data-path thread, instead of rounds.
     */
    public Outcome rescue(long nowNs) {
        return execute(() -> reset(nowNs), nowNs);
    }

    private void reset(long nowNs) throws SwapException {
        require(moves.size() >= before.places(), "what runs has failed, and first begins anew as a whole");
        moves.forEach(move -> move.old().control.reset(nowNs));
    }

    private Outcome execute(Action quiesce, long nowNs) {
        isBegun = true;
        long beginNs = clock.getAsLong();
        try {
            step(SwapStep.QUIESCE, quiesce);
            step(SwapStep.EXPORT, () -> exportStates(nowNs));
            step(SwapStep.IMPORT, () -> importStates(nowNs));
            step(SwapStep.COMMIT, () -> path.commit(replacement()));
        } catch (SwapException e) {
            discard(moves);
            return new Outcome(null, e);
        }
        long pauseNs = clock.getAsLong() - beginNs;
        retire(nowNs);
        int connections = moves.stream().mapToInt(move -> move.fresh().host.flows().count(move.fresh())).sum();
        int retiring = moves.stream().mapToInt(move -> move.old().host.flows().count(move.old())).sum();
        return new Outcome(new SwapReport(side(before), side(path.loaded()), connections, retiring, pauseNs,
            Map.copyOf(stepNs), null), null);
    }

    /** {@return the report of an outcome} */
    public static SwapReport end(Outcome outcome) throws SwapException {
        if (outcome.failure != null) {
            throw outcome.failure;
        }
        return outcome.report;
    }

    private Replacement replacement() {
        return new Replacement(hardware, hardware == before.hardware() ? path.cutting() : cutting, moves, request.newOnly());
    }

    private void quiesce(long nowNs) {
        if (!path.quiesce(nowNs)) {
            throw new IllegalStateException("the program that runs does not come to an end");
        }
    }

    private Handover scope() {
        return request.newOnly() ? Handover.NEW_ONLY : Handover.ALL;
    }

    private void exportStates(long nowNs) throws Exception {
        for (Move move : moves) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(BYTES_A_FLOW * (1 + move.old().host.flows().size()));
            try {
                move.old().control.exportState(scope(), new DataOutputStream(bytes), nowNs);
            } catch (UnsupportedOperationException e) {
                throw new IllegalStateException(move.old().host.name() + ": " + e.getMessage(), e);
            }
            exports.add(bytes.toByteArray());
        }
    }

    private void importStates(long nowNs) throws Exception {
        for (int i = 0; i < moves.size(); i++) {
            LoadedTransport<?> fresh = moves.get(i).fresh();
            try {
                fresh.control.importState(new DataInputStream(new ByteArrayInputStream(exports.get(i))), nowNs);
                if (!request.newOnly()) {
                    fresh.added.takeOver(moves.get(i).old().added);
                }
            } catch (IllegalArgumentException | UnsupportedOperationException e) {
                throw new IllegalStateException(fresh.host.name() + ": " + e.getMessage(), e);
            }
        }
    }

    private void retire(long nowNs) {
        try {
            step(SwapStep.RETIRE, () -> {
                for (Move move : moves) {
                    path.transports().remember(move.old());
                    move.old().control.handedOver(scope(), nowNs);
                    if (!request.newOnly()) {
                        move.old().close();
                    }
                }
            });
        } catch (SwapException e) {
            LOG.warn("{}: the old side does not let go: {}", path.instance(), e.getMessage(), e);
        }
    }

    private static SwapReport.Side side(Loaded loaded) {
        return new SwapReport.Side(loaded.hardware().name(), loaded.transports().subList(0, loaded.places()).stream()
            .map(transport -> transport.host.name()).toList());
    }
}
