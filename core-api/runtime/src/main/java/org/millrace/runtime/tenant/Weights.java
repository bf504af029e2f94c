package org.millrace.runtime.tenant;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.millrace.api.context.ContextOwner;
import org.millrace.memory.Linux;
import org.millrace.net.Route;

/**
 * Whom a data path's sending is shared among, by weight: contexts, by whose they are, and routes that have a weight of their own,
 * which go before contexts. As long as nobody has been given a weight there are no classes.
 *
 * <p>Class 0 is of flows whose context is not known; then one for each number of a context, then one for each such route.
 *
 * <p>Owned by: the data-path thread.
 */
public final class Weights {
    /** The option of a route. */
    public static final String OPTION = "weight";
    /** Largest weight. */
    public static final int MOST = 64;
    /** How long it is remembered that a class was not alone: who calls once a second is to find as short a queue as who calls always. */
    private static final long MEMORY_NS = 1_000_000_000;
    /** Most routes with a class of their own; further ones share the last. */
    private static final int MOST_ROUTES = 256;

    private final int[] ofContext;
    private Map<Integer, Integer> users;
    private List<Route> routes = List.of();
    private int[] ofRoute = {};
    private int last;
    private long contendedUntilNs = Long.MIN_VALUE;
    private boolean isContended;

    /**
     * Makes those without routes.
     *
     * @param users    weights of users' contexts, by the user's id
     * @param contexts numbers that contexts can have
     */
    public Weights(Map<Integer, Integer> users, int contexts) {
        this.users = users;
        ofContext = new int[contexts];
    }

    /** A context has been opened. */
    public void opened(AppContext context) {
        int user = context.owner instanceof ContextOwner other ? other.user() : Linux.userId();
        ofContext[context.number] = users.getOrDefault(user, 1);
    }

    /** Users have other weights from now on; their contexts that are there too. */
    public void users(Map<Integer, Integer> weights, List<AppContext> open) {
        users = weights;
        open.forEach(this::opened);
    }

    /** These are the routes from now on. */
    public void routes(List<Route> all) {
        routes = all.stream().filter(route -> route.options().containsKey(OPTION)).toList();
        ofRoute = routes.stream().mapToInt(route -> Integer.parseInt(route.options().get(OPTION))).toArray();
    }

    /** {@return whether anybody has been given a weight} */
    public boolean areSet() {
        return !users.isEmpty() || ofRoute.length != 0;
    }

    /** A class sends, if only an acknowledgement. */
    public void sends(int number, long nowNs) {
        if (number != 0 && number != last) {
            contendedUntilNs = last == 0 ? contendedUntilNs : nowNs + MEMORY_NS;
            last = number;
        }
    }

    /** A round begins. */
    public void round(long nowNs) {
        isContended = nowNs < contendedUntilNs;
    }

    /** {@return whether more than one class has sent of late} */
    public boolean areContended() {
        return isContended;
    }

    int classes() {
        return 1 + ofContext.length + MOST_ROUTES;
    }

    /** {@return the number of a route among those with a weight, from 1; 0: it has none} */
    int number(Optional<Route> route) {
        return ofRoute.length == 0 || route.isEmpty() ? 0 : Math.min(routes.indexOf(route.get()) + 1, MOST_ROUTES);
    }

    /** {@return the class of what a route of that number leads to, or, if that is 0, of a context of that number and one} */
    int classOf(int route, int context) {
        return route != 0 ? ofContext.length + route : context;
    }

    int weight(int number) {
        if (number == 0) {
            return 1;
        }
        if (number <= ofContext.length) {
            return Math.max(ofContext[number - 1], 1);
        }
        int route = number - ofContext.length - 1;
        return route < ofRoute.length ? ofRoute[route] : 1;
    }
}
