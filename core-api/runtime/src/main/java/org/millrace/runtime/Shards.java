package org.millrace.runtime;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.millrace.api.port.FrameSteering;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.frame.FrameMesh;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.config.Placement;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.frame.SharedPort;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.path.DataPathThread;
import org.millrace.runtime.place.Affinity;
import org.millrace.runtime.place.CpuClaims;
import org.millrace.runtime.place.Processors;
import org.millrace.wire.steer.Steering;
import org.millrace.wire.steer.SteeringFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data paths of an instance behind one address: they share nothing while frames pass, but hand each other those that have
 * come to the wrong one. If one ends by a failure, all end: a part of the flows would be deaf, and who looks after the instance begins anew.
 *
 * <p>Any thread.
 */
final class Shards implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Shards.class);

    private final List<Shard> all;
    private final CpuClaims claims;
    private String failure;
    private Consumer<String> failureAction;

    private Shards(List<Shard> all, CpuClaims claims) {
        this.all = List.copyOf(all);
        this.claims = claims;
        for (Shard shard : all) {
            shard.thread().onFailure(this::failed);
        }
    }

    /** What a shard is made of but for its port and its place: everything of {@link DataPathConfig} else. */
    interface Recipe {
        /** {@return the configuration of a data path} */
        DataPathConfig of(Port port, ShardPlace place, SecureRandom random);
    }

    /**
     * Opens the port and makes the data paths; their threads are not started.
     *
     * @throws ConfigException if something is refused; then nothing is open
     */
    static Shards open(InstanceConfig config, PortFactory factory, Recipe recipe) {
        CpuClaims claims = claim(config);
        try {
            return new Shards(make(config, factory, recipe), claims);
        } catch (RuntimeException e) {
            claims.close();
            throw e;
        }
    }

    private static List<Shard> make(InstanceConfig config, PortFactory factory, Recipe recipe) {
        long originNs = System.nanoTime();
        SecureRandom random = new SecureRandom();
        int count = config.shards();
        Steering steering = new Steering(count, random.nextLong());
        List<Port> ports = ports(config, factory, steering);
        FrameMesh mesh = new FrameMesh(count);
        List<Shard> shards = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ShardPlace place = count == 1 ? ShardPlace.ALONE
                    : new ShardPlace(mesh.node(i), new Steering(count, steering.key()), others(shards, i));
                DataPathConfig made = recipe.of(ports.get(i), place, random);
                List<Integer> cpus = config.placement().cpus(i);
                DataPath path = Affinity.on(cpus, () -> new DataPath(made, config.sharing().home(config.name())));
                path.ttl(config.ttl());
                DataPathThread thread = new DataPathThread(path, originNs, config.spinNs(), config.stopLingerNs());
                thread.pin(cpus);
                mesh.node(i).wokenBy(thread::ring);
                shards.add(new Shard(path, thread));
            }
            return shards;
        } catch (RuntimeException e) {
            shards.forEach(shard -> shard.path().closePort());
            ports.subList(shards.size(), count).forEach(Port::close);
            throw e instanceof IllegalArgumentException ? new ConfigException("instance", config.name(), e) : e;
        }
    }

    private static ShardPlace.Others others(List<Shard> shards, int index) {
        return (peerAddress, mtuBytes) -> {
            for (Shard shard : shards) {
                if (shard.path().place().index() != index) {
                    shard.thread().call(nowNs -> {
                        shard.path().ip().lowerPathMtu(peerAddress, mtuBytes, nowNs);
                        return null;
                    });
                }
            }
        };
    }

    private static CpuClaims claim(InstanceConfig config) {
        Processors processors = Processors.ofMachine();
        processors.check(config.placement());
        warn(config.name(), processors.distance(config.placement(), config.portOptions().getOrDefault("interface", "")));
        warn(config.name(), processors.quota(config.placement()));
        return CpuClaims.of(InstanceDirectory.ofProcessors(), config.name(), config.placement().cpus());
    }

    private static void warn(String instance, String what) {
        if (what != null) {
            LOG.warn("{}: {}", instance, what);
        }
    }

    private static List<Port> ports(InstanceConfig config, PortFactory factory, Steering steering) {
        try {
            if (steering.shards() == 1) {
                return List.of(factory.open(config.portOptions()));
            }
            List<Port> ports = factory.open(config.portOptions(),
                new FrameSteering(steering.shards(), SteeringFilter.of(steering)));
            return ports.size() == 1 ? SharedPort.of(ports.getFirst(), steering.shards()) : ports;
        } catch (IllegalArgumentException e) {
            throw new ConfigException("port", config.port(), e);
        }
    }

    List<Shard> all() {
        return all;
    }

    Shard first() {
        return all.getFirst();
    }

    void start(Placement placement) {
        all.forEach(shard -> shard.thread().start());
        spread(placement);
    }

    /** Lets as many threads run them as there are processors; the others wait. */
    synchronized void spread(Placement placement) {
        for (Shard shard : all) { // before others come to one, it is at home
            shard.thread().moveTo(shard.thread());
        }
        for (int i = 0; i < all.size(); i++) {
            all.get(i).thread().moveTo(all.get(placement.host(i)).thread());
        }
    }

    /** Instead of {@link #start}, before {@link #close}: whoever waits for a thread is told why it never runs. */
    void cancel(String reason) {
        all.forEach(shard -> shard.thread().cancel(reason));
    }

    /**
     * {@return what each answers, in order, null: it hangs; all are asked at once, each on its thread}
     *
     * @throws IllegalStateException if they no longer run, or one refuses
     */
    <T> List<T> answers(BiFunction<Shard, Long, T> question) {
        List<CompletableFuture<T>> asked = all.stream().map(shard -> shard.thread().call(nowNs -> question.apply(shard, nowNs))).toList();
        List<T> answers = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            DataPathThread thread = all.get(i).thread();
            try {
                answers.add(thread.answer(asked.get(i)));
            } catch (IllegalStateException e) {
                if (thread.ended() != null || asked.get(i).isDone()) {
                    throw told(e);
                }
                answers.add(null);
            }
        }
        return answers;
    }

    /**
     * {@return what each answers, in order}
     *
     * @throws IllegalStateException if one hangs or refuses, or they no longer run
     */
    <T> List<T> ask(BiFunction<Shard, Long, T> question) {
        List<T> answers = answers(question);
        int silent = answers.indexOf(null);
        if (silent >= 0) {
            throw new IllegalStateException(silence(silent));
        }
        return answers;
    }

    /**
     * {@return the answers that have come}
     *
     * @throws IllegalStateException if none has, or they no longer run
     */
    <T> List<T> known(BiFunction<Shard, Long, T> question) {
        List<T> known = answers(question).stream().filter(Objects::nonNull).toList();
        if (known.isEmpty()) {
            throw new IllegalStateException(silence(0));
        }
        return known;
    }

    /** {@return why a shard may not have answered, a line} */
    String silence(int shard) {
        return all.get(shard).thread().silence();
    }

    /**
     * Lets each do something, and waits; one that hangs does it when it no longer does, before anything else.
     *
     * @return those that hang, with what is over when they have done it
     * @throws IllegalStateException if they no longer run
     */
    Map<Shard, CompletableFuture<Boolean>> tell(Action action) {
        Map<Shard, CompletableFuture<Boolean>> told = new LinkedHashMap<>();
        for (Shard shard : all) {
            told.put(shard, shard.thread().call(nowNs -> {
                action.accept(shard, nowNs);
                return Boolean.TRUE;
            }));
        }
        try {
            told.entrySet().removeIf(each -> each.getKey().thread().isAnswered(each.getValue()));
        } catch (IllegalStateException e) {
            throw told(e);
        }
        return told;
    }

    /** What a shard does on its thread. */
    interface Action {
        void accept(Shard shard, long nowNs);
    }

    /** {@return whether this is the thread of one of them} */
    boolean isCurrent() {
        return all.stream().anyMatch(shard -> shard.thread().isCurrent());
    }

    /** {@return that one has failed, rather than that this one was closed for it} */
    private synchronized IllegalStateException told(IllegalStateException e) {
        return failure == null ? e : new IllegalStateException(failure, e);
    }

    /** {@return why they no longer run, or null while all do} */
    synchronized String ended() {
        if (failure != null) {
            return failure;
        }
        for (Shard shard : all) {
            if (shard.thread().ended() != null) {
                return shard.thread().ended();
            }
        }
        return null;
    }

    void onFailure(Consumer<String> action) {
        String already;
        synchronized (this) {
            failureAction = action;
            already = failure;
        }
        if (already != null) {
            action.accept(already);
        }
    }

    private void failed(String reason) {
        Consumer<String> action;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = reason;
            action = failureAction;
        }
        if (all.size() > 1) {
            Thread.ofVirtual().name("millrace-end").start(this::close);
        }
        if (action != null) {
            action.accept(reason);
        }
    }

    /** Ends all in order and waits for that. */
    @Override
    public void close() {
        all.forEach(shard -> shard.thread().close());
        claims.close();
    }
}
